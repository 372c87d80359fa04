#!/usr/bin/env python3
"""Writes golden.json: what each encoder returns, computed here in plain Python.

Independent of the C++: no library, no shared code; written from the papers named in
common/policy/encoders/encoder.h. Parameters and tokens come from a formula that
encoder_golden_test.cc repeats, so that no weights need to be stored.

    tests/common/policy/encoders/golden.py > tests/common/policy/encoders/golden.json
"""
import json
import math

WIDTH, HEADS, LAYERS, TOKENS, LENGTHS = 16, 4, 2, 5, (5, 3)
HEAD = WIDTH // HEADS


def parameter(name, *shape):
    """Values of a parameter, nested lists of `shape`; scales of norms are around 1."""
    phase = sum(ord(c) for c in name) % 97
    base = 1.0 if name.endswith("norm.weight") else 0.0
    flat = iter([base + 0.3 * math.sin(1.7 * phase + 0.61 * i)
                 for i in range(math.prod(shape))])

    def nest(dims):
        return [nest(dims[1:]) for _ in range(dims[0])] if dims else next(flat)

    return nest(shape)


def tokens(row):
    return [[math.sin(0.9 * ((row * TOKENS + t) * WIDTH + i) + 0.2) for i in range(WIDTH)]
            for t in range(LENGTHS[row])]


def add(a, b):
    return [x + y for x, y in zip(a, b)]


def linear(name, x, outputs, bias=True):
    weight = parameter(f"{name}.weight", outputs, len(x))
    result = [sum(w * v for w, v in zip(row, x)) for row in weight]
    return add(result, parameter(f"{name}.bias", outputs)) if bias else result


def layer_norm(name, x, eps):
    mean = sum(x) / len(x)
    variance = sum((v - mean) ** 2 for v in x) / len(x)
    normal = [(v - mean) / math.sqrt(variance + eps) for v in x]
    return [n * w + b for n, w, b in zip(normal, parameter(f"{name}.weight", len(x)),
                                         parameter(f"{name}.bias", len(x)))]


def rms_norm(name, x):
    root = math.sqrt(sum(v * v for v in x) / len(x) + 1e-5)
    return [v / root * w for v, w in zip(x, parameter(f"{name}.weight", len(x)))]


def gelu(x):
    return [0.5 * v * (1 + math.erf(v / math.sqrt(2))) for v in x]


def gelu_tanh(x):
    return [0.5 * v * (1 + math.tanh(math.sqrt(2 / math.pi) * (v + 0.044715 * v ** 3)))
            for v in x]


def silu(x):
    return [v / (1 + math.exp(-v)) for v in x]


def attention(queries, keys, values, key_heads, causal):
    result = []
    for t, query in enumerate(queries):
        context = []
        for head in range(HEADS):
            key_head = head * key_heads // HEADS
            q = query[head * HEAD:(head + 1) * HEAD]
            visible = range(t + 1) if causal else range(len(keys))
            part = slice(key_head * HEAD, (key_head + 1) * HEAD)
            scores = [sum(a * b for a, b in zip(q, keys[s][part])) / math.sqrt(HEAD)
                      for s in visible]
            weights = [math.exp(s - max(scores)) for s in scores]
            total = sum(weights)
            context += [sum(w / total * values[s][part][i] for w, s in zip(weights, visible))
                        for i in range(HEAD)]
        result.append(context)
    return result


def bert(x):
    positions = parameter("position_embedding.weight", 48, WIDTH)
    x = [layer_norm("embedding_norm", add(v, p), 1e-12) for v, p in zip(x, positions)]
    for layer in range(LAYERS):
        n = f"block{layer}"
        context = attention(*([linear(f"{n}.{p}", v, WIDTH) for v in x]
                              for p in ("query", "key", "value")), HEADS, False)
        x = [layer_norm(f"{n}.attention_norm",
                        add(v, linear(f"{n}.attention_output", c, WIDTH)), 1e-12)
             for v, c in zip(x, context)]
        x = [layer_norm(f"{n}.output_norm", add(v, linear(
                 f"{n}.output", gelu(linear(f"{n}.intermediate", v, 4 * WIDTH)), WIDTH)), 1e-12)
             for v in x]
    return x


def gpt2(x):
    positions = parameter("position_embedding.weight", 48, WIDTH)
    x = [add(v, p) for v, p in zip(x, positions)][::-1]
    for layer in range(LAYERS):
        n = f"block{layer}"
        qkv = [linear(f"{n}.qkv", layer_norm(f"{n}.attention_norm", v, 1e-5), 3 * WIDTH)
               for v in x]
        context = attention([v[:WIDTH] for v in qkv], [v[WIDTH:2 * WIDTH] for v in qkv],
                            [v[2 * WIDTH:] for v in qkv], HEADS, True)
        x = [add(v, linear(f"{n}.attention_residual", c, WIDTH)) for v, c in zip(x, context)]
        x = [add(v, linear(f"{n}.mlp_residual", gelu_tanh(linear(
                 f"{n}.mlp", layer_norm(f"{n}.mlp_norm", v, 1e-5), 4 * WIDTH)), WIDTH)) for v in x]
    return [layer_norm("final_norm", v, 1e-5) for v in x][::-1]


def rotate(x, position, heads):
    result = []
    for head in range(heads):
        part = x[head * HEAD:(head + 1) * HEAD]
        half = HEAD // 2
        turned = [0.0] * HEAD
        for i in range(half):
            angle = position * 10000 ** (-2 * i / HEAD)
            pair = complex(part[i], part[i + half]) * complex(math.cos(angle), math.sin(angle))
            turned[i], turned[i + half] = pair.real, pair.imag
        result += turned
    return result


def llama(x):
    key_heads = 1
    hidden = 64  # 8 / 3 * 16 = 42, rounded up to a multiple of 32.
    x = x[::-1]
    for layer in range(LAYERS):
        n = f"block{layer}"
        normal = [rms_norm(f"{n}.attention_norm", v) for v in x]
        queries = [rotate(linear(f"{n}.query", v, WIDTH, False), t, HEADS)
                   for t, v in enumerate(normal)]
        keys = [rotate(linear(f"{n}.key", v, HEAD, False), t, key_heads)
                for t, v in enumerate(normal)]
        values = [linear(f"{n}.value", v, HEAD, False) for v in normal]
        context = attention(queries, keys, values, key_heads, True)
        x = [add(v, linear(f"{n}.attention_output", c, WIDTH, False)) for v, c in zip(x, context)]
        again = [rms_norm(f"{n}.mlp_norm", v) for v in x]
        gated = [[g * u for g, u in zip(silu(linear(f"{n}.gate", v, hidden, False)),
                                        linear(f"{n}.up", v, hidden, False))] for v in again]
        x = [add(v, linear(f"{n}.down", g, WIDTH, False)) for v, g in zip(x, gated)]
    return [rms_norm("final_norm", v) for v in x][::-1]


def convnext(x):
    x = [layer_norm("stem_norm", v, 1e-6) for v in x]
    for layer in range(LAYERS):
        n = f"block{layer}"
        kernel = parameter(f"{n}.depthwise.weight", WIDTH, 1, 7)
        bias = parameter(f"{n}.depthwise.bias", WIDTH)
        mixed = [[bias[c] + sum(kernel[c][0][k] * x[t + k - 3][c] for k in range(7)
                                if 0 <= t + k - 3 < len(x)) for c in range(WIDTH)]
                 for t in range(len(x))]
        x = [add(v, linear(f"{n}.project", gelu(linear(
                 f"{n}.expand", layer_norm(f"{n}.norm", m, 1e-6), 4 * WIDTH)), WIDTH))
             for v, m in zip(x, mixed)]
    return [layer_norm("final_norm", v, 1e-6) for v in x]


def sigmoid(v):
    return 1 / (1 + math.exp(-v))


def lstm(x):
    size = WIDTH // 2
    for layer in range(LAYERS):
        both = []
        for suffix, sequence in (("", x), ("_reverse", x[::-1])):
            name = lambda p: f"lstm.{p}_l{layer}{suffix}"
            w = parameter(name("weight_ih"), 4 * size, WIDTH)
            u = parameter(name("weight_hh"), 4 * size, size)
            b = add(parameter(name("bias_ih"), 4 * size), parameter(name("bias_hh"), 4 * size))
            h, c, outputs = [0.0] * size, [0.0] * size, []
            for v in sequence:
                gates = [b[r] + sum(p * q for p, q in zip(w[r], v)) +
                         sum(p * q for p, q in zip(u[r], h)) for r in range(4 * size)]
                i, f, g, o = (gates[k * size:(k + 1) * size] for k in range(4))
                c = [sigmoid(f[k]) * c[k] + sigmoid(i[k]) * math.tanh(g[k]) for k in range(size)]
                h = [sigmoid(o[k]) * math.tanh(c[k]) for k in range(size)]
                outputs.append(h)
            both.append(outputs if not suffix else outputs[::-1])
        x = [f + r for f, r in zip(*both)]
    return x


def main():
    encoders = {"bert": bert, "distilbert": bert, "gpt2": gpt2, "convnext": convnext,
                "llama": llama, "lstm": lstm}
    golden = {name: [[[round(v, 6) for v in vector] for vector in encode(tokens(row))]
                     for row in range(len(LENGTHS))] for name, encode in encoders.items()}
    lines = [f'"{name}": {json.dumps(value)}' for name, value in golden.items()]
    print("{" + ",\n".join(lines) + "}")


main()

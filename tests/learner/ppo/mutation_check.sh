#!/usr/bin/env bash
# Breaks the learner in ways that a test must notice, one at a time, and fails if none does.
#
#   tests/learner/ppo/mutation_check.sh [BUILD]     (default: build/release)
#
# The tests must have been built there. A mutant is a patched copy of one source, compiled
# and linked outside of the tree in front of the library that it replaces.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
root=$PWD
build=$(realpath "${1:-build/release}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
survivors=0

# mutant NAME SOURCE OBJECT TEST FILTER SED_SCRIPT
mutant() {
  local name=$1 source=$2 object=$3 test=$4 filter=$5 script=$6
  sed "$script" "$source" > "$work/mutant.cc"
  if cmp -s "$source" "$work/mutant.cc"; then
    echo "mutation_check: $name: the patch no longer fits $source" >&2
    exit 2
  fi
  local compile link
  compile=$(ninja -C "$build" -t commands "$object" | tail -1 |
            sed "s# -MD -MT [^ ]* -MF [^ ]*##; s# -o [^ ]*# -o $work/mutant.o#;
                 s# -c $root/$source# -c $work/mutant.cc#")
  link=$(ninja -C "$build" -t commands "bin/$test" | tail -1 |
         sed "s# -o bin/$test # $work/mutant.o -o $work/$test #")
  (cd "$build" && eval "$compile" && eval "$link")
  if ! passes_unchanged "$test" "$filter"; then
    echo "mutation_check: $test fails without any mutation" >&2
    exit 2
  fi
  local status=0
  timeout 300 "$work/$test" --gtest_filter="$filter" > "$work/log" 2>&1 || status=$?
  if [ "$status" = 0 ]; then
    echo "SURVIVED  $name ($test, $filter)"
    survivors=$((survivors + 1))
  elif grep -q '^\[  FAILED  \]' "$work/log"; then
    echo "killed    $name ($(grep -c '^\[  FAILED  \] [^ ]*\.' "$work/log") lines of failures)"
  else
    echo "mutation_check: $name: $test ended with status $status and no failed test" >&2
    tail -5 "$work/log" >&2
    exit 2
  fi
}

# The unchanged test, once for each filter.
passes_unchanged() {
  local stamp="$work/passed-$1-${2//[^A-Za-z]/_}"
  [ -e "$stamp" ] && return 0
  "$build/bin/$1" --gtest_filter="$2" > "$work/log" 2>&1 && touch "$stamp"
}

experience=learner/ppo/CMakeFiles/weft_ppo_experience.dir/experience.cc.o
vtrace=learner/ppo/CMakeFiles/weft_ppo_experience.dir/vtrace.cc.o
batch=common/policy/CMakeFiles/weft_policy_parts.dir/decision_batch.cc.o
choice=common/policy/CMakeFiles/weft_policy_parts.dir/choice.cc.o
# An encoder that learns (a), the schedule of one program, within seconds.
one_program='*OneProgram*/lstm_seed1'

mutant "advantages with the wrong sign, learning" \
  learner/ppo/experience.cc "$experience" ppo_learning_test '*' \
  's/static_cast<float>(experience.advantages\[i\])/-&/'
mutant "advantages with the wrong sign, one update" \
  learner/ppo/experience.cc "$experience" ppo_learner_test '*MakesABetterAction*' \
  's/static_cast<float>(experience.advantages\[i\])/-&/'
mutant "advantages with the wrong sign, an encoder on the cost model" \
  learner/ppo/experience.cc "$experience" encoder_learning_test \
  '*SeveralTasks*/convnext_seed1' \
  's/static_cast<float>(experience.advantages\[i\])/-&/'
mutant "advantages with the wrong sign, an encoder on one program" \
  learner/ppo/experience.cc "$experience" encoder_learning_test "$one_program" \
  's/static_cast<float>(experience.advantages\[i\])/-&/'
mutant "acting log-probabilities of another decision" \
  learner/ppo/experience.cc "$experience" ppo_learner_test '*ProbabilitiesThatActed*' \
  's/experience.proximal_log_probabilities\[i\]/experience.proximal_log_probabilities[experience.size() - 1 - i]/'
mutant "acting log-probabilities of another decision, an encoder on one program" \
  learner/ppo/experience.cc "$experience" encoder_learning_test "$one_program" \
  's/experience.proximal_log_probabilities\[i\]/experience.proximal_log_probabilities[experience.size() - 1 - i]/'
mutant "stale decisions weigh as much as others" \
  learner/ppo/experience.cc "$experience" ppo_experience_test '*TruncatedRatio*' \
  's/std::min(options.vtrace_rho, ratios\[i\])/1.0/'
mutant "V-trace without its truncation" \
  learner/ppo/vtrace.cc "$vtrace" ppo_experience_test 'Vtrace*' \
  's/std::min(options.rho, ratios\[s\])/ratios[s]/'
mutant "no mask in the replay" \
  common/policy/decision_batch.cc "$batch" torch_policy_test '*Replay*:*Replayed*' \
  's/batch->legal.push_back(part.legal >> i & 1)/batch->legal.push_back(1)/'
mutant "no mask in the replay, an encoder on one program" \
  common/policy/decision_batch.cc "$batch" encoder_learning_test "$one_program" \
  's/batch->legal.push_back(part.legal >> i & 1)/batch->legal.push_back(1)/'
mutant "no mask of earlier sizes" \
  common/policy/decision_batch.cc "$batch" torch_policy_test '*Replay*:*Replayed*' \
  's/LegalSizes(mask.sizes\[parts.slot\], chosen)/mask.sizes[parts.slot].allowed[chosen.size()]/'
mutant "no mask while acting" \
  common/policy/choice.cc "$choice" policy_parts_test 'MaskedSoftmax*:Choose*' \
  's/if (legal >> i & 1) total +=/total +=/'

[ "$survivors" = 0 ] || exit 1
echo "every mutant was killed"

#include "actor/rollout/stream_client.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "actor/rollout/stream_messages.h"
#include "spdlog/spdlog.h"

namespace weft {
namespace {

// How long the client's thread may take to notice the end of a stream or of its own
// life.
constexpr absl::Duration kPoll = absl::Milliseconds(50);
// A learner that is away when the actor stops gets this long to come back.
constexpr absl::Duration kFlushConnectTimeout = absl::Seconds(2);
// From half-close to the learner's own end of the stream.
constexpr absl::Duration kCloseTimeout = absl::Seconds(1);
// gRPC ends a cancelled call at once; a wait that is longer is worth a line in the log.
constexpr absl::Duration kCancelTimeout = absl::Seconds(10);
constexpr absl::Duration kSayWhatIsWaitedFor = absl::Seconds(30);

std::string Text(const absl::Status& status) {
  return status.ok() ? std::string("the learner closed the stream") : status.ToString();
}

}  // namespace

StreamClient::StreamClient(std::shared_ptr<grpc::Channel> channel,
                           StreamClientOptions options, Outbox* outbox,
                           CreditPool* credits)
    : channel_(std::move(channel)),
      options_(std::move(options)),
      stub_(v1::TrajectoryService::NewStub(channel_)),
      outbox_(outbox),
      credits_(credits),
      thread_([this] { Run(); }) {}

StreamClient::~StreamClient() { Stop(absl::ZeroDuration()); }

absl::Status StreamClient::WaitUntilConnected(absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  if (mutex_.AwaitWithTimeout(absl::Condition(&ever_connected_), timeout)) {
    return absl::OkStatus();
  }
  return absl::UnavailableError(
      absl::StrCat("no learner answered at ", options_.learner_address,
                   last_failure_.ok() ? "" : "; last failure: ",
                   last_failure_.ok() ? "" : last_failure_.ToString()));
}

void StreamClient::Stop(absl::Duration flush) {
  {
    absl::MutexLock lock(&mutex_);
    if (!stopping_) {
      stop_time_ = absl::Now();
      flush_deadline_ = stop_time_ + flush;
    }
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

bool StreamClient::FlushIsOver() const {
  absl::MutexLock lock(&mutex_);
  if (!stopping_) return false;
  const absl::Time now = absl::Now();
  return outbox_->depth() == 0 || now >= flush_deadline_ ||
         (!connected_ && now >= stop_time_ + kFlushConnectTimeout);
}

void StreamClient::Run() {
  while (!FlushIsOver()) Pause(RunStream());
}

void StreamClient::Pause(const absl::Status& why) {
  // What is not a lost connection is a learner that refuses: asking at once again would
  // only fill both logs.
  const bool refused =
      !why.ok() && !absl::IsUnavailable(why) && !absl::IsCancelled(why);
  {
    absl::MutexLock lock(&mutex_);
    last_failure_ = why;
    if (stopping_ && refused) flush_deadline_ = absl::Now();
  }
  if (FlushIsOver()) return;
  if (refused || !outage_logged_) {
    spdlog::warn("no stream to the learner at {}: {}; trying again until it is back",
                 options_.learner_address, Text(why));
    outage_logged_ = true;
  }
  const absl::Time resume =
      absl::Now() + (refused ? options_.refused_pause : options_.reconnect_pause);
  while (!FlushIsOver() && absl::Now() < resume) absl::SleepFor(kPoll);
}

v1::TrajectoryStreamRequest StreamClient::Hello() const {
  v1::TrajectoryStreamRequest request;
  v1::ActorHello* hello = request.mutable_hello();
  hello->set_actor_id(options_.actor_id);
  const int run = run_number_;
  hello->set_actor_run_id(run == 1 ? options_.actor_run_id
                                   : absl::StrCat(options_.actor_run_id, ".", run));
  hello->set_cpu(options_.cpu);
  hello->set_max_in_flight(options_.max_in_flight);
  for (const std::string& program : options_.validation_programs) {
    hello->add_validation_programs(program);
  }
  return request;
}

absl::Status StreamClient::RunStream() {
  const int run = run_number_;
  const std::shared_ptr<TrajectoryStream> stream = TrajectoryStream::Open(
      stub_.get(), [this](const v1::TrajectoryStreamResponse& response) {
        return Handle(response);
      });
  absl::Status status = AwaitHelloAck(stream.get());
  if (status.ok()) {
    if (outage_logged_) spdlog::info("connected to the learner again");
    outage_logged_ = false;
    SendUntilEnded(stream.get());
  }
  EndStream(stream.get());
  if (run_number_ != run) {
    pay_through_ = 0;  // It counted in the numbers of the run before.
  } else if (absl::IsFailedPrecondition(stream->status())) {
    pay_through_ = outbox_->added();
  }
  connected_ = false;
  credits_->Close();
  if (options_.validation != nullptr) options_.validation->Clear();
  // A failed hello ends in a cancelled stream, whose own status says less.
  return status.ok() ? stream->status() : status;
}

absl::Status StreamClient::AwaitHelloAck(TrajectoryStream* stream) {
  absl::Time ready = absl::InfiniteFuture();
  absl::Status written = stream->Write(Hello(), absl::ZeroDuration());
  while (!connected_) {
    if (stream->WaitUntilEnded(kPoll)) {
      const absl::Status status = stream->status();
      return status.ok()
                 ? absl::UnavailableError("closed before the hello was answered")
                 : status;
    }
    if (FlushIsOver()) return absl::CancelledError("stopping");
    const absl::Time now = absl::Now();
    if (channel_->GetState(false) == GRPC_CHANNEL_READY) ready = std::min(ready, now);
    if (now - ready > options_.hello_timeout) {
      return absl::DeadlineExceededError(
          absl::StrCat("connected, but the hello was not answered within ",
                       absl::FormatDuration(options_.hello_timeout)));
    }
    if (now - ready == -absl::InfiniteDuration() && !outage_logged_ &&
        channel_->GetState(false) == GRPC_CHANNEL_TRANSIENT_FAILURE) {
      spdlog::warn("waiting for the learner at {}: no connection",
                   options_.learner_address);
      outage_logged_ = true;
    }
  }
  while (absl::IsDeadlineExceeded(written)) written = stream->FinishWrite(kPoll);
  return written;
}

void StreamClient::SendUntilEnded(TrajectoryStream* stream) {
  while (!stream->ended() && !FlushIsOver()) {
    if (!SendValidationResults(stream).ok()) return;
    const std::shared_ptr<const Trajectory> next = outbox_->Next(kPoll);
    if (next == nullptr) continue;
    if (next->sequence <= pay_through_ && !Pay(stream, next->sequence)) return;
    if (!Send(stream, StreamMessage(*next)).ok()) return;
  }
}

absl::Status StreamClient::Send(TrajectoryStream* stream,
                                v1::TrajectoryStreamRequest request) {
  absl::Status written = stream->Write(std::move(request), kPoll);
  while (absl::IsDeadlineExceeded(written) && !FlushIsOver()) {
    written = stream->FinishWrite(kPoll);
  }
  return written;
}

absl::Status StreamClient::SendValidationResults(TrajectoryStream* stream) {
  if (options_.validation == nullptr) return absl::OkStatus();
  while (const auto result = options_.validation->TakeResult()) {
    absl::Status sent = Send(stream, StreamMessage(*result));
    if (!sent.ok()) return sent;
  }
  return absl::OkStatus();
}

bool StreamClient::Pay(TrajectoryStream* stream, uint64_t sequence) {
  absl::Time say = absl::Now() + kSayWhatIsWaitedFor;
  while (!stream->ended() && !FlushIsOver()) {
    if (credits_->Pay(kPoll)) return true;
    if (credits_->draining()) return false;
    if (absl::Now() < say) continue;
    spdlog::warn("waiting for a credit to pay for trajectory {}, of {} that need one",
                 sequence, pay_through_);
    say += kSayWhatIsWaitedFor;
  }
  return false;
}

void StreamClient::EndStream(TrajectoryStream* stream) {
  if (stream->ended()) return;
  const bool polite = connected_ && stream->FinishWrite(absl::ZeroDuration()).ok();
  if (polite) {
    stream->HalfClose();
    if (stream->WaitUntilEnded(kCloseTimeout)) return;
  }
  stream->Cancel();
  while (!stream->WaitUntilEnded(kCancelTimeout)) {
    spdlog::error("waiting for gRPC to end a cancelled stream");
  }
}

absl::Status StreamClient::Handle(const v1::TrajectoryStreamResponse& response) {
  switch (response.message_case()) {
    case v1::TrajectoryStreamResponse::kHelloAck:
      return HandleHelloAck(response.hello_ack());
    case v1::TrajectoryStreamResponse::kAck:
      return outbox_->Acknowledge(response.ack().sequence());
    case v1::TrajectoryStreamResponse::kGrant:
      credits_->Add(response.grant().episodes());
      return absl::OkStatus();
    case v1::TrajectoryStreamResponse::kValidation:
      if (options_.validation == nullptr) break;
      return options_.validation->AddTask({response.validation().weights_version(),
                                           response.validation().program(), 0});
    case v1::TrajectoryStreamResponse::kDrain:
      spdlog::info("the learner asks to drain: {}", response.drain().reason());
      if (options_.on_drain) options_.on_drain(response.drain().reason());
      return absl::OkStatus();
    case v1::TrajectoryStreamResponse::MESSAGE_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("the learner sent a message of unknown kind");
}

absl::Status StreamClient::HandleHelloAck(const v1::HelloAck& ack) {
  if (connected_) return absl::InvalidArgumentError("a second answer to the hello");
  const absl::Status rewound = outbox_->Rewind(ack.last_acknowledged_sequence());
  if (!rewound.ok()) {
    ++run_number_;
    outbox_->StartOver();
    return absl::UnavailableError(absl::StrCat(absl::string_view(rewound.message()),
                                               "; starting a new actor run"));
  }
  const uint64_t acknowledged = ack.last_acknowledged_sequence();
  credits_->Open(pay_through_ > acknowledged ? pay_through_ - acknowledged : 0);
  if (options_.on_connect) options_.on_connect(ack.latest_weights_version());
  absl::MutexLock lock(&mutex_);
  if (ever_connected_) {
    ++reconnects_;
    if (options_.on_reconnect) options_.on_reconnect();
  }
  ever_connected_ = true;
  connected_ = true;
  return absl::OkStatus();
}

}  // namespace weft

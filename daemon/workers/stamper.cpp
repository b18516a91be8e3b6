#include "daemon/workers/stamper.hpp"

#include "base/fault_point.hpp"

namespace consign::daemon {

namespace asio = boost::asio;

Stamper::~Stamper() {
    stopped_ = true;
    pool_.join();
}

asio::awaitable<void> Stamper::run() {
    if (const auto written = co_await desk::write_stamp_files(site_); !written)
        site_.log.error("time stamps could not be written to files", {{"why", written.error()}});
    while (!stopping_) {
        const auto policy = site_.policy.current();
        if (is_due(policy->ledger)) co_await look(policy->ledger);
        if (stopping_) co_return;
        timer_.expires_after(patience_.look_interval);
        boost::system::error_code ignored;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
}

void Stamper::stop() {
    stopping_ = true;
    stopped_ = true;
    timer_.cancel();
}

bool Stamper::is_due(const policy::LedgerTerms& terms) const {
    if (terms.timestamps.empty()) return false;
    // Another authority may do better.
    if (terms.timestamps != authority_) return true;
    const Timestamp now = site_.clock.now();
    // A clock that was put back must not silence the authority.
    return now < tried_ || now >= tried_ + wait_;
}

asio::awaitable<void> Stamper::look(const policy::LedgerTerms& terms) {
    const auto checkpoint = co_await desk::checkpoint_to_stamp(site_);
    if (checkpoint && !*checkpoint) co_return;
    if (std::exchange(authority_, terms.timestamps) != terms.timestamps) failures_ = 0;
    tried_ = site_.clock.now();
    Result<> stamped;
    if (checkpoint)
        stamped = co_await stamp(**checkpoint);
    else
        stamped = failure(checkpoint.error());
    if (stamped) {
        if (failures_ > 0) site_.log.info("checkpoints are stamped again");
        failures_ = 0;
        wait_ = terms.timestamp_every;
    } else if (!stopping_) {
        co_await note_failure(stamped.error());
    }
}

asio::awaitable<void> Stamper::note_failure(std::error_code why) {
    wait_ = patience_.backoff.after(++failures_, site_.random);
    site_.log.warning("a checkpoint could not be stamped", {{"why", why}, {"failures", failures_}});
    if (failures_ < patience_.failures_told) co_return;
    if (const auto told = co_await desk::tell_of_no_stamps(site_, failures_); !told)
        site_.log.error("an alarm could not be raised", {{"why", told.error()}});
}

asio::awaitable<Result<>> Stamper::stamp(ledger::Ledger::Checkpoint checkpoint) {
    const Bytes query = rfc3161::query(desk::imprint_of(checkpoint), site_.random);
    fault_point("timestamps.asking");
    auto work = [&] { return ask(query); };
    auto answer = co_await offload(pool_, work);
    if (!answer) co_return failure(answer.error());
    fault_point("timestamps.answered");
    const auto told = rfc3161::answer_to(query, *answer);
    if (!told) co_return failure(told.error());
    co_return co_await desk::keep_stamp(
        site_, {.checkpoint = std::move(checkpoint), .answer = *std::move(answer)}, *told);
}

Result<Bytes> Stamper::ask(ByteView query) {
    Bytes answer;
    const curl::Request request{
        .url = authority_,
        .received = [&answer](ByteView piece) -> Result<> {
            if (answer.size() + piece.size() > answer_limit_bytes)
                return failure(curl::curl_errc::too_long);
            answer.insert(answer.end(), piece.begin(), piece.end());
            return {};
        },
        .post = std::string(as_text(query)),
        .headers = {"Content-Type: application/timestamp-query",
                    "Accept: application/timestamp-reply", "User-Agent: consign", "Expect:"},
        .total_time = patience_.answer_time};
    curl::Client client;
    const auto reply = client.perform(request, stopped_);
    if (!reply) return failure(reply.error());
    if (reply->code != 200) return failure(curl::curl_errc::refused);
    return answer;
}

}  // namespace consign::daemon

#include "daemon/workers/scanner.hpp"

#include "base/fault_point.hpp"
#include "daemon/workers/clamd.hpp"
#include "daemon/workers/dead_letter.hpp"
#include "daemon/workers/queue_worker.hpp"
#include "desk/deposits/router.hpp"
#include "desk/deposits/scan.hpp"
#include "desk/site/sealed_content.hpp"
#include "storage/vault/errc.hpp"

namespace consign::daemon {

namespace asio = boost::asio;

namespace {

constexpr std::size_t at_once = 4;
constexpr std::size_t piece_bytes = 4 * vault::chunk_bytes;
/// Of a file on which a scanner that is well fails.
constexpr std::uint64_t attempts_limit = 6;
/// With a scanner that does not answer.
constexpr Backoff patience{.first = std::chrono::seconds(2), .most = std::chrono::seconds(60)};
constexpr std::uint64_t failures_counted = 16;

struct Scanning {
    explicit Scanning(const asio::any_io_executor& strand) : clamd(strand) {}
    Clamd clamd;
    std::uint64_t unanswered = 0;  // since it answered last
};

/// A sealed file, piece by piece, read on the pool.
struct Content {
    desk::Site& site;
    std::unique_ptr<vault::SealedReader> sealed;
    std::uint64_t at = 0;

    asio::awaitable<Result<Bytes>> next() {
        auto read = [this]() -> Result<Bytes> {
            Bytes piece(std::min<std::uint64_t>(piece_bytes, sealed->facts().size_bytes - at));
            if (piece.empty()) return piece;
            const auto count = sealed->read(at, piece);
            if (!count) return failure(count.error());
            if (*count == 0) return failure(vault::vault_errc::altered);
            piece.resize(*count);
            at += *count;
            return piece;
        };
        co_return co_await offload(site.store.pool(), read);
    }
};

asio::awaitable<ClamdAnswer> scan(desk::Site& site, Clamd& clamd, const desk::Unscanned& what) {
    auto open = [&] { return desk::open_content(site, what.offer.file); };
    auto sealed = co_await offload(site.store.pool(), open);
    if (!sealed)
        co_return ClamdAnswer{.kind = ClamdAnswer::Kind::unreadable, .why = sealed.error()};
    Content content{site, std::move(*sealed)};
    const Clamd::NextPiece next = [&content] { return content.next(); };
    auto answer = co_await clamd.scan(what.scanner, next);
    // Was it this file, or is the scanner gone?
    if (answer.kind == ClamdAnswer::Kind::failed && !co_await clamd.answers(what.scanner))
        answer.kind = ClamdAnswer::Kind::unreachable;
    co_return answer;
}

asio::awaitable<Attempt> settle(desk::Site& site, queue::Job job, desk::Unscanned what,
                                desk::ScanVerdict verdict) {
    fault_point("scan.answered");
    const auto done =
        co_await desk::settle_scan(site, std::move(job), std::move(what), std::move(verdict));
    co_return done ? Attempt{} : Attempt::failed(done.error());
}

asio::awaitable<Attempt> carry_out(desk::Site& site, std::shared_ptr<Scanning> scanning,
                                   queue::Job job) {
    fault_point("scan.taken");
    auto what = co_await desk::unscanned_of(site, job);
    if (!what) co_return Attempt::failed(what.error());
    if (!*what) co_return Attempt{};
    using Verdict = desk::ScanVerdict::Kind;
    desk::ScanVerdict verdict;
    if (!(*what)->is_asked_for) {
        verdict.kind = Verdict::not_asked;
        co_return co_await settle(site, std::move(job), std::move(**what), verdict);
    }
    const ClamdAnswer answer = co_await scan(site, scanning->clamd, **what);
    if (answer.kind != ClamdAnswer::Kind::unreachable) scanning->unanswered = 0;
    switch (answer.kind) {
        case ClamdAnswer::Kind::clean:
            break;
        case ClamdAnswer::Kind::infected:
            verdict = {.kind = Verdict::infected, .signature = answer.signature};
            break;
        case ClamdAnswer::Kind::too_large:
            verdict.kind = Verdict::too_large;
            break;
        case ClamdAnswer::Kind::failed:
            co_return Attempt::failed("the virus scanner could not scan it");
        case ClamdAnswer::Kind::unreadable:
            if (answer.why == vault::vault_errc::altered)
                co_return Attempt::hopeless(answer.why.message());
            co_return Attempt::failed(answer.why);
        case ClamdAnswer::Kind::unreachable: {
            if (scanning->clamd.is_cut_short()) co_return Attempt::failed("cut short");
            scanning->unanswered = std::min(scanning->unanswered + 1, failures_counted);
            const auto due = site.clock.now() + patience.after(scanning->unanswered, site.random);
            const auto waits =
                co_await desk::wait_for_scanner(site, job.id, (*what)->scanner.text, due);
            co_return waits ? Attempt{} : Attempt::failed(waits.error());
        }
    }
    co_return co_await settle(site, std::move(job), std::move(**what), std::move(verdict));
}

}  // namespace

std::unique_ptr<Worker> make_scanner(const asio::any_io_executor& strand, desk::Site& site) {
    const auto scanning = std::make_shared<Scanning>(strand);
    QueueWorker::Trade trade{
        .kind = queue::Kind::scan,
        .account = desk::router_account,
        .at_once = at_once,
        .in_order = true,
        .attempts_limit = attempts_limit,
        .carry_out = [&site,
                      scanning](const queue::Job& job) { return carry_out(site, scanning, job); },
        .cut_short = [scanning] { scanning->clamd.cut_short(); },
        .when_buried = tell_of_dead_letter(site, desk::router_account)};
    return std::make_unique<QueueWorker>(strand, site, std::move(trade));
}

}  // namespace consign::daemon

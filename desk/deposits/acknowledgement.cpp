#include "desk/deposits/acknowledgement.hpp"

#include <boost/json.hpp>

#include "base/fault_point.hpp"
#include "desk/deposits/router.hpp"
#include "desk/retention/disposal.hpp"
#include "desk/site/displayed_path.hpp"
#include "desk/site/end_job.hpp"
#include "desk/site/free_path.hpp"
#include "desk/site/rfc3339.hpp"
#include "desk/site/system_event.hpp"
#include "storage/database/errc.hpp"
#include "storage/queue/errc.hpp"

namespace consign::desk {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

constexpr int document_version = 1;

/// What the job's work says.
struct Work {
    VirtualPath target;
    Id deposit;
    VirtualPath deposited;  // whole tree
    std::string rule;       // of `acknowledge`
    std::string document;
    Id begun{};  // the sealed file of an attempt that did not come to its end

    [[nodiscard]] std::string text() const {
        json::object work{{"target", target.display()},
                          {"deposit", deposit.hex()},
                          {"deposited", deposited.display()},
                          {"rule", rule},
                          {"document", document}};
        if (!begun.is_nil()) work.emplace("begun", begun.hex());
        return json::serialize(work);
    }
    /// What this program wrote; anything else throws.
    static Work parse(std::string_view text) {
        const json::object work = json::parse(text).as_object();
        const auto text_of = [&](std::string_view key) {
            return std::string(std::string_view(work.at(key).as_string()));
        };
        Work parsed{.target = from_displayed(text_of("target")).value(),
                    .deposit = Id::from_hex(text_of("deposit")).value(),
                    .deposited = from_displayed(text_of("deposited")).value(),
                    .rule = text_of("rule"),
                    .document = text_of("document")};
        if (work.contains("begun")) parsed.begun = Id::from_hex(text_of("begun")).value();
        return parsed;
    }
};

std::string document_of(const Appraisal& appraisal) {
    const Offer& offer = appraisal.offer;
    const policy::Policy& policy = *appraisal.policy;
    const auto account = policy.accounts.find(offer.account);
    const VirtualPath path =
        account == policy.accounts.end() ? offer.whole : account->second.home.relative(offer.whole);
    const json::object deposit{{"id", offer.file.stream.hex()},
                               {"path", path.display()},
                               {"size", offer.file.size_bytes},
                               {"sha256", to_hex(offer.file.sha256)},
                               {"time", rfc3339(offer.time)}};
    const json::object document{
        {"acknowledgement", document_version},
        {"site", policy.site},
        {"deposit", deposit},
        {"route", appraisal.routing->route ? appraisal.routing->route->name : std::string()},
        {"rule", appraisal.routing->rule.text()}};
    return json::serialize(document) + "\n";
}

/// Durable when it resumes; until it is settled, a start finds it staged.
asio::awaitable<Result<vault::Sealed>> seal(Site& site, vault::SealedUpload& upload,
                                            const std::string& document) {
    auto work = [&]() -> Result<vault::Sealed> {
        if (auto written = upload.write(0, as_bytes(document)); !written)
            return failure(written.error());
        return site.store.vault().commit(upload);
    };
    co_return co_await offload(site.store.pool(), work);
}

Result<> name_it(Site& site, Transaction& transaction, const queue::Job& job, const Work& work,
                 const vault::Sealed& sealed, Aftermath& aftermath) {
    auto event = system_event(site, ledger::Action::acknowledged, router_account);
    const auto path = free_path(transaction, work.target, policy::OnClash::number, event.time);
    if (!path) return failure(path.error());
    const auto committed =
        transaction.catalog.commit_deposit({.stream = sealed.stream,
                                            .path = *path,
                                            .account = std::string(router_account.view()),
                                            .size_bytes = sealed.size_bytes,
                                            .sha256 = sealed.sha256,
                                            .modified = event.time,
                                            .now = event.time});
    if (!committed) return failure(committed.error());
    fault_point("acknowledge.in_transaction");
    event.rule = work.rule;
    event.stream = work.deposit;
    event.bytes = sealed.size_bytes;
    event.personal.path = std::string(work.deposited.text());
    event.personal.second_path = std::string(path->text());
    if (auto appended = append(transaction, event); !appended) return appended;
    return end_job(transaction, job, aftermath.doomed);
}

asio::awaitable<void> drop(Site& site, Id stream) {
    auto destroy_file = [&] { return destroy_undeposited(site, stream); };
    if (const auto gone = co_await offload(site.store.pool(), destroy_file); !gone)
        site.log.warning("an acknowledgement that was not named could not be destroyed",
                         {{"stream", stream}, {"why", gone.error()}});
}

}  // namespace

Result<> ask_for_acknowledgement(Transaction& transaction, const Appraisal& appraisal,
                                 Timestamp now) {
    const policy::Destination& to = *appraisal.routing->acknowledge;
    const Work work{.target = *to.path,
                    .deposit = appraisal.offer.file.stream,
                    .deposited = appraisal.offer.whole,
                    .rule = to.rule.text(),
                    .document = document_of(appraisal)};
    const auto made = transaction.queue.enqueue({.kind = queue::Kind::acknowledge,
                                                 .lane = appraisal.offer.account,
                                                 .key = work.deposit.hex(),
                                                 .due = now,
                                                 .work = work.text()},
                                                now);
    if (!made) return failure(made.error());
    return {};
}

Result<> withdraw_acknowledgement(Transaction& transaction, const Id& deposit) {
    const auto job = transaction.queue.find_keyed(queue::Kind::acknowledge, deposit.hex());
    if (!job) return failure(job.error());
    return *job ? transaction.queue.finish(**job) : Result<>();
}

asio::awaitable<Result<>> write_acknowledgement(Site& site, queue::Job job) {
    // `job` may have been read before an earlier attempt came to its end.
    const auto standing = co_await site.store.read(
        [&](Transaction& transaction) { return transaction.queue.find(job.id); });
    if (!standing) co_return failure(standing.error());
    if (!*standing) co_return Result<>{};
    if ((*standing)->altered) co_return failure(database::database_errc::altered_cell);
    Work work = Work::parse((*standing)->work);
    // Of an attempt that was cut short: no row knows it, or the job would have ended; but an
    // administrator may have recovered it.
    if (!work.begun.is_nil()) co_await drop(site, work.begun);
    fault_point("acknowledge.taken");
    const vault::Deposit deposit{std::string(work.target.text()),
                                 std::string(router_account.view()), site.clock.now()};
    auto begin = [&] { return site.store.vault().begin(deposit); };
    auto begun = co_await offload(site.store.pool(), begin);
    if (!begun) co_return failure(begun.error());
    auto upload = std::move(*begun);
    work.begun = upload->stream();
    fault_point("acknowledge.begun");
    const std::string noted = work.text();
    Result<> done = co_await site.store.write(
        [&](Transaction& transaction) { return transaction.queue.rewrite(job.id, noted); });
    fault_point("acknowledge.noted");
    Aftermath aftermath;
    if (done) {
        const auto sealed = co_await seal(site, *upload, work.document);
        fault_point("acknowledge.sealed");
        if (sealed)
            done = co_await site.store.write([&](Transaction& transaction) {
                return name_it(site, transaction, job, work, *sealed, aftermath);
            });
        else
            done = failure(sealed.error());
    }
    fault_point("acknowledge.named");
    auto close = [&] {
        upload.reset();
        return true;
    };
    co_await offload(site.store.pool(), close);
    if (done) {
        co_await settle(site, work.begun, std::move(aftermath));
        fault_point("acknowledge.settled");
        co_return done;
    }
    co_await drop(site, work.begun);
    if (done.error() == queue::queue_errc::no_such_job) co_return Result<>{};
    co_return done;
}

}  // namespace consign::desk

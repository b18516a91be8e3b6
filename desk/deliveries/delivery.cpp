#include "desk/deliveries/delivery.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/fault_point.hpp"
#include "desk/retention/disposal.hpp"
#include "desk/site/end_job.hpp"
#include "desk/site/system_event.hpp"
#include "storage/catalog/errc.hpp"

namespace consign::desk {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

std::string hex_of(const VirtualPath& path) {
    return to_hex(as_bytes(path.text()));
}

std::optional<VirtualPath> path_in(const json::object& work, std::string_view key) {
    const auto* const value = work.if_contains(key);
    const auto raw = value && value->is_string() ? from_hex(value->get_string()) : std::nullopt;
    if (!raw) return std::nullopt;
    auto path = VirtualPath::parse(as_text(*raw));
    if (!path) return std::nullopt;
    return *std::move(path);
}

std::string text_in(const json::object& work, std::string_view key) {
    const auto* const value = work.if_contains(key);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

ledger::Event event_of(const Site& site, ledger::Action action, const queue::Job& job,
                       const Delivery& delivery, const catalog::File& file) {
    auto event = system_event(site, action, deliveries_account);
    event.rule = delivery.rule;
    event.stream = file.stream;
    event.bytes = file.size_bytes;
    event.detail = fmt::format("to {}, job {}", delivery.target, job.id);
    event.personal.sha256 = to_hex(file.sha256);
    event.personal.second_path = std::string(delivery.final.value_or(delivery.path).text());
    return event;
}

}  // namespace

std::string work_of(const Delivery& delivery) {
    json::object work{{"target", delivery.target},
                      {"path", hex_of(delivery.path)},
                      {"rule", delivery.rule},
                      {"on_clash", delivery.on_clash == policy::OnClash::fail ? "fail" : "number"}};
    if (delivery.final) work.emplace("final", hex_of(*delivery.final));
    if (delivery.synced) work.emplace("synced", true);
    return json::serialize(work);
}

std::optional<Delivery> delivery_in(std::string_view text) {
    boost::system::error_code wrong;
    const auto parsed = json::parse(text, wrong);
    const auto* const work = wrong ? nullptr : parsed.if_object();
    if (!work) return std::nullopt;
    auto path = path_in(*work, "path");
    if (!path || path->is_root()) return std::nullopt;
    Delivery delivery{.target = text_in(*work, "target"),
                      .path = *std::move(path),
                      .rule = text_in(*work, "rule")};
    if (text_in(*work, "on_clash") == "fail") delivery.on_clash = policy::OnClash::fail;
    delivery.final = path_in(*work, "final");
    delivery.synced = work->contains("synced");
    return delivery;
}

Result<> order_delivery(Transaction& transaction, catalog::FileId file, const Delivery& delivery,
                        Timestamp now) {
    const auto made = transaction.queue.enqueue({.kind = queue::Kind::deliver,
                                                 .lane = delivery.target,
                                                 .file = file,
                                                 .due = now,
                                                 .work = work_of(delivery)},
                                                now);
    if (!made) return failure(made.error());
    return {};
}

Result<> withdraw_deliveries(Transaction& transaction, catalog::FileId file,
                             std::vector<Id>& doomed) {
    const auto jobs = transaction.queue.of_file(queue::Kind::deliver, file);
    if (!jobs) return failure(jobs.error());
    for (const queue::Job& job : *jobs)
        if (auto ended = end_job(transaction, job, doomed); !ended) return ended;
    return {};
}

Result<VirtualPath> temporary_name(const Delivery& delivery, const Id& stream, queue::JobId job) {
    return VirtualPath::parse(fmt::format(".consign-{}-{}.part", stream.hex(), job),
                              delivery.path.parent());
}

asio::awaitable<Result<>> begin_sending(Site& site, queue::Job job, Delivery delivery,
                                        catalog::File file, std::uint64_t from) {
    auto event = event_of(site, ledger::Action::delivery_begun, job, delivery, file);
    if (from > 0) event.detail += fmt::format(", from byte {}", from);
    co_return co_await site.store.write([&](Transaction& transaction) -> Result<> {
        const auto found = transaction.queue.find(job.id);
        if (!found) return failure(found.error());
        if (!*found) return failure(queue::queue_errc::no_such_job);
        return append(transaction, event);
    });
}

asio::awaitable<Result<>> begin_renaming(Site& site, queue::Job job, Delivery delivery) {
    const std::string work = work_of(delivery);
    co_return co_await site.store.write([&](Transaction& transaction) -> Result<> {
        if (auto done = transaction.queue.rewrite(job.id, work); !done) return done;
        return transaction.catalog.mark_collected(job.file);
    });
}

asio::awaitable<Result<>> end_delivery(Site& site, queue::Job job, Delivery delivery,
                                       catalog::File file, Literal note) {
    auto event = event_of(site, ledger::Action::delivered, job, delivery, file);
    if (!note.view().empty()) event.detail.append("; ").append(note.view());
    std::vector<Id> doomed;
    const auto done = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        doomed.clear();
        const auto found = transaction.queue.find(job.id);
        if (!found) return failure(found.error());
        if (auto recorded = transaction.catalog.record_delivery(job.file, event.time);
            !recorded && recorded.error() != catalog::catalog_errc::no_such_file)
            return recorded;
        if (!*found) {
            event.detail += "; it was cancelled, and came too late";
            return append_owned(transaction, event);
        }
        if (auto ended = end_job(transaction, job, doomed); !ended) return ended;
        fault_point("delivery.before_end");
        return append_owned(transaction, event);
    });
    fault_point("delivery.ended");
    if (done) co_await destroy(site, std::move(doomed));
    co_return done;
}

}  // namespace consign::desk

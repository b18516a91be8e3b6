#include "desk/deposits/scan_gate.hpp"

#include <boost/json.hpp>

#include "desk/deposits/depositor.hpp"
#include "desk/deposits/keeping.hpp"

namespace consign::desk {

namespace json = boost::json;

namespace {

const policy::Scanner* scanner_of(const policy::Routing& routing) {
    return routing.route && routing.route->scan ? &*routing.route->scan : nullptr;
}

/// Whoever could get past the scanner with a name could give it to anything.
const policy::Scanner* scanner_of_sidecar(const policy::Policy& policy,
                                          const Appraisal& appraisal) {
    const Offer& offer = appraisal.offer;
    const auto itself = sidecar_named(offer.whole.name());
    const policy::Account* const account = depositor_in(policy, offer.account);
    if (!itself || !account) return nullptr;
    if (const auto* own = policy::may_be_scanned(policy, *account, offer.whole)) return own;
    const auto of = VirtualPath::parse(itself->of, offer.whole.parent());
    if (of)
        if (const auto* its = policy::may_be_scanned(policy, *account, *of)) return its;
    return nullptr;
}

}  // namespace

const policy::Scanner* scanner_for(const policy::Policy& policy, const Appraisal& appraisal) {
    if (policy.scan) return &*policy.scan;
    if (appraisal.routing) return scanner_of(*appraisal.routing);
    return scanner_of_sidecar(policy, appraisal);
}

std::string ScanOrder::text() const {
    json::object order{{"continues", continues},
                       {"as_it_is", as_it_is},
                       {"released", passage == policy::Passage::released},
                       {"session", session.hex()},
                       {"protocol", protocol}};
    if (kept_from) order["kept_from"] = kept_from->time_since_epoch().count();
    return json::serialize(order);
}

ScanOrder ScanOrder::parse(std::string_view text) {
    const json::object order = json::parse(text).as_object();
    // An order of an earlier version has neither.
    const json::value* const as_it_is = order.if_contains("as_it_is");
    const json::value* const kept_from = order.if_contains("kept_from");
    return {.continues = order.at("continues").as_bool(),
            .as_it_is = as_it_is && as_it_is->as_bool(),
            .kept_from = kept_from
                             ? std::optional(Timestamp(Timestamp::duration(kept_from->as_int64())))
                             : std::nullopt,
            .passage = order.at("released").as_bool() ? policy::Passage::released
                                                      : policy::Passage::deposited,
            .session = Id::from_hex(std::string_view(order.at("session").as_string())).value(),
            .protocol = std::string(std::string_view(order.at("protocol").as_string()))};
}

Result<bool> hold_for_scanner(Transaction& transaction, const policy::Policy& policy,
                              const Appraisal& appraisal, const catalog::Committed& file,
                              const VirtualPath& whole, const std::string& account,
                              const ScanOrder& order, Timestamp now) {
    if (!scanner_for(policy, appraisal)) return false;
    const auto is_clean = transaction.catalog.is_scanned(file.file);
    if (!is_clean) return failure(is_clean.error());
    if (*is_clean) return false;
    if (auto bound = bind_as_routed(transaction, appraisal, file.file); !bound)
        return failure(bound.error());
    const auto stream = transaction.catalog.stream_of(file.file);
    if (!stream) return failure(stream.error());
    const auto hidden =
        transaction.catalog.rename(whole, whole, true, catalog::Standing::unscanned, now);
    if (!hidden) return failure(hidden.error());
    const std::string key = stream->hex();
    // Of a name that ended before its scan.
    const auto earlier = transaction.queue.find_keyed(queue::Kind::scan, key);
    if (!earlier) return failure(earlier.error());
    if (*earlier)
        if (auto ended = transaction.queue.finish(**earlier); !ended) return failure(ended.error());
    const auto made = transaction.queue.enqueue({.kind = queue::Kind::scan,
                                                 .lane = account,
                                                 .key = key,
                                                 .file = file.file,
                                                 .due = now,
                                                 .work = order.text()},
                                                now);
    if (!made) return failure(made.error());
    return true;
}

}  // namespace consign::desk

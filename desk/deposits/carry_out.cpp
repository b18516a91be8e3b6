#include "desk/deposits/carry_out.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "desk/deliveries/delivery.hpp"
#include "desk/deposits/acknowledgement.hpp"
#include "desk/deposits/keeping.hpp"
#include "desk/deposits/quarantine.hpp"
#include "desk/deposits/router.hpp"
#include "desk/deposits/scan_gate.hpp"
#include "desk/site/alarm.hpp"
#include "desk/site/free_path.hpp"
#include "policy/calendar/zone.hpp"
#include "storage/catalog/errc.hpp"
#include "storage/vault/errc.hpp"

namespace consign::desk {

namespace {

using catalog::NodeId;
using catalog::Standing;
using policy::OnClash;

/// For the ledger: the error's own words would say "File name too long" of a name that no file has.
std::string why_not(std::error_code error) {
    if (error == std::errc::filename_too_long) return "the name would be too long";
    if (error == catalog::catalog_errc::already_there) return "the name is taken";
    return error.message();
}

/// One deposit, and what becomes of it.
class CarryingOut {
  public:
    CarryingOut(Site& site, Transaction& transaction, const Appraisal& appraisal,
                const catalog::Committed& file, const ledger::Event& deposited,
                Aftermath& aftermath)
        : site_(site),
          transaction_(transaction),
          appraisal_(appraisal),
          offer_(appraisal.offer),
          routing_(*appraisal.routing),
          on_clash_(routing_.route ? routing_.route->on_clash : OnClash::number),
          file_(file),
          deposited_(deposited),
          aftermath_(aftermath) {}

    Result<> run() {
        auto done = routing_.quarantine ? quarantine(*routing_.quarantine) : give_names();
        if (!done) return done;
        for (const std::string& tag : routing_.tags)
            if (done = record("tag: " + tag, routing_.rule); !done) return done;
        done = routing_.retention_class ? classify(*routing_.retention_class)
                                        : bind_as_routed(transaction_, appraisal_, file_.file);
        if (!done) return done;
        return alert();
    }

  private:
    [[nodiscard]] ledger::Event routed(std::string detail, const policy::Rule& rule) const {
        ledger::Event event = deposited_;
        event.action = ledger::Action::routed;
        event.account = router_account.view();
        event.rule = rule.text();
        event.detail = std::move(detail);
        return event;
    }
    [[nodiscard]] Result<> append(const ledger::Event& event) {
        if (auto appended = transaction_.ledger.append(event); !appended)
            return failure(appended.error());
        return {};
    }
    [[nodiscard]] Result<> record(std::string detail, const policy::Rule& rule) {
        return append(routed(std::move(detail), rule));
    }
    [[nodiscard]] Result<Name> add_name(const VirtualPath& wanted, OnClash on_clash,
                                        Standing standing) {
        const auto path = free_path(transaction_, wanted, on_clash, deposited_.time);
        if (!path) return failure(path.error());
        const auto node = transaction_.catalog.add_name(
            file_.file, *path, std::string(router_account.view()), deposited_.time, standing);
        if (!node) return failure(node.error());
        return Name{.node = *node, .path = *path};
    }

    /// The deposit goes by `name` from now on; its depositor may ask for it by the old one a while.
    [[nodiscard]] Result<> leave_own_name(const Name& name) {
        const auto entry = transaction_.catalog.find(offer_.whole);
        if (!entry) return failure(entry.error());
        if (const auto times =
                transaction_.catalog.set_times(name.node, entry->accessed, entry->modified);
            !times)
            return times;
        const auto removed = transaction_.catalog.remove(offer_.whole);
        if (!removed) return failure(removed.error());
        note_moved(name, entry->modified);
        return {};
    }
    void note_moved(const Name& name, Timestamp modified) {
        own_ = name;
        aftermath_.moved.push_back({.account = offer_.account,
                                    .whole = offer_.whole,
                                    .file = file_.file,
                                    .node = name.node,
                                    .size_bytes = offer_.file.size_bytes,
                                    .modified = modified,
                                    .moved = deposited_.time});
    }

    [[nodiscard]] Result<> give_names() {
        for (const auto& copy : routing_.copies) {
            const auto name = give("copy", copy);
            if (!name) return failure(name.error());
            note_recipient(*name);
        }
        for (const auto& delivery : routing_.deliveries) {
            recipients_.push_back(0);
            if (auto ordered = order(delivery); !ordered) return ordered;
        }
        if (routing_.acknowledge)
            if (auto asked = acknowledge(*routing_.acknowledge); !asked) return asked;
        if (!routing_.move) return {};
        const bool is_there = routing_.move->path && *routing_.move->path == offer_.whole;
        if (is_there) return {};
        const auto name = give("move", *routing_.move);
        if (!name) return failure(name.error());
        note_recipient(*name);
        return *name ? leave_own_name(**name) : Result<>();
    }

    [[nodiscard]] Result<> acknowledge(const policy::Destination& to) {
        if (to.path) return ask_for_acknowledgement(transaction_, appraisal_, deposited_.time);
        auto event = routed("acknowledge: " + why_not(to.path.error()), to.rule);
        event.outcome = ledger::Outcome::failed;
        return append(event);
    }

    /// One alarm, to those whom the route names.
    [[nodiscard]] Result<> alert() {
        if (!routing_.route || routing_.route->alert.empty()) return {};
        const bool held = routing_.quarantine.has_value();
        return raise_alarm(site_, transaction_, *appraisal_.policy, router_account,
                           {.what = held ? Literal("deposit_quarantined") : Literal("deposit"),
                            .alerts = routing_.route->alert,
                            .rule = routing_.rule.text(),
                            .subject = routing_.route->name,
                            .streams = {offer_.file.stream},
                            .counts = {{"bytes", offer_.file.size_bytes}}});
    }

    /// A name for a copy or a move, with its event; nothing where it cannot be made, which the
    /// event tells.
    [[nodiscard]] Result<std::optional<Name>> give(std::string_view what,
                                                   const policy::Destination& to) {
        const auto name = to.path ? add_name(*to.path, on_clash_, Standing::deposited)
                                  : Result<Name>(failure(to.path.error()));
        auto event = routed(std::string(what), to.rule);
        if (name) {
            event.personal.second_path = std::string(name->path.text());
        } else {
            event.outcome = ledger::Outcome::failed;
            event.detail = fmt::format("{}: {}", what, why_not(name.error()));
        }
        if (auto told = append(event); !told) return failure(told.error());
        return name ? std::optional(*name) : std::nullopt;
    }

    /// A job for who delivers, with its event.
    [[nodiscard]] Result<> order(const policy::Routing::Delivery& delivery) {
        const policy::Rule& rule = delivery.to.rule;
        auto event = routed("deliver: " + delivery.target, rule);
        if (delivery.to.path) {
            event.personal.second_path = std::string(delivery.to.path->text());
            const auto made = order_delivery(transaction_, file_.file,
                                             {.target = delivery.target,
                                              .path = *delivery.to.path,
                                              .rule = rule.text(),
                                              .on_clash = on_clash_},
                                             event.time);
            if (!made) return made;
        } else {
            event.outcome = ledger::Outcome::failed;
            event.detail += ": " + why_not(delivery.to.path.error());
        }
        return append(event);
    }

    /// A name that could not be made is one that was never collected.
    void note_recipient(const std::optional<Name>& name) {
        recipients_.push_back(name ? name->node : 0);
    }

    [[nodiscard]] Result<> quarantine(const policy::Routing::Quarantined& why) {
        const auto entry = transaction_.catalog.find(offer_.whole);
        if (!entry) return failure(entry.error());
        const auto name = put_into_quarantine(transaction_, *appraisal_.policy,
                                              {.file = file_.file,
                                               .why = {.account = offer_.account,
                                                       .was = offer_.whole,
                                                       .why = why.reason,
                                                       .rule = why.rule.text(),
                                                       .since = deposited_.time}},
                                              routed(why.reason, why.rule));
        if (!name) return failure(name.error());
        if (name->path != offer_.whole) note_moved(*name, entry->modified);
        return {};
    }

    [[nodiscard]] Result<> classify(const policy::Class& given) {
        // Who has it collected from where it was deposited. Nobody collects from quarantine: its
        // name there would be waited for even after a release.
        if (recipients_.empty() && !routing_.quarantine) recipients_.push_back(own_.node);
        if (auto done =
                keep_as_routed(transaction_, appraisal_, file_.file, recipients_, deposited_.time);
            !done)
            return done;
        return record("class: " + given.name, routing_.rule);
    }

    Site& site_;
    Transaction& transaction_;
    const Appraisal& appraisal_;
    const Offer& offer_;
    const policy::Routing& routing_;
    const OnClash on_clash_;
    const catalog::Committed& file_;
    const ledger::Event& deposited_;
    Aftermath& aftermath_;

    Name own_{.node = file_.node, .path = offer_.whole};  // where the deposit lies by now
    std::vector<NodeId> recipients_;
};

}  // namespace

Result<> carry_out(Site& site, Transaction& transaction, const Appraisal& appraisal,
                   const catalog::Committed& file, const ledger::Event& deposited,
                   Aftermath& aftermath) {
    if (!appraisal.routing) return {};
    return CarryingOut(site, transaction, appraisal, file, deposited, aftermath).run();
}

Result<> complete_waiting(Site& site, Transaction& transaction, const Appraisal& sidecar,
                          const ledger::Event& deposited, Aftermath& aftermath) {
    if (!sidecar.waiting || !(sidecar.is_awaited() || sidecar.waiting->unreadable)) return {};
    const Appraisal& waiting = *sidecar.waiting;
    const Offer& offer = waiting.offer;
    ledger::Event event = deposited;
    event.stream = offer.file.stream;
    event.bytes = offer.file.size_bytes;
    event.personal.path = std::string(offer.whole.text());
    event.personal.second_path.clear();
    event.personal.sha256 = to_hex(offer.file.sha256);
    event.rule = waiting.routing ? waiting.routing->rule.text() : std::string();

    if (waiting.unreadable || !waiting.missing.empty()) {
        event.account = router_account.view();
        event.outcome = ledger::Outcome::failed;
        event.action =
            waiting.unreadable ? ledger::Action::altered_content_found : ledger::Action::routed;
        event.detail = waiting.unreadable ? "a file that waits for its sidecar cannot be read"
                                          : waiting.words();
        if (auto appended = transaction.ledger.append(event); !appended)
            return failure(appended.error());
        return {};
    }
    const auto completed =
        transaction.catalog.rename(offer.whole, offer.whole, true, Standing::deposited, event.time);
    if (!completed) return failure(completed.error());
    const auto held = hold_for_scanner(
        transaction, *waiting.policy, waiting, *completed, offer.whole, offer.account,
        {.session = event.session, .protocol = event.protocol}, event.time);
    if (!held) return failure(held.error());
    event.detail = *held ? std::string(waits_for_scanner) : "completed by its sidecar";
    if (auto appended = transaction.ledger.append(event); !appended)
        return failure(appended.error());
    if (*held) return {};
    return carry_out(site, transaction, waiting, *completed, event, aftermath);
}

Result<> withdraw_routed(Transaction& transaction, catalog::FileId file, const ledger::Event& cause,
                         std::vector<Id>& doomed) {
    const auto stream = transaction.catalog.stream_of(file);
    if (!stream) return failure(stream.error());
    if (auto ended = withdraw_acknowledgement(transaction, *stream); !ended) return ended;
    if (auto withdrawn = withdraw_deliveries(transaction, file, doomed); !withdrawn)
        return withdrawn;
    const auto names = transaction.catalog.names_of(file);
    if (!names) return failure(names.error());
    for (const catalog::Entry& name : *names) {
        if (name.made_by != router_account.view() || name.standing == Standing::quarantined)
            continue;
        const auto path = transaction.catalog.path_of(name.node);
        if (!path) return failure(path.error());
        const auto removed = transaction.catalog.remove(*path);
        if (!removed) return failure(removed.error());
        doomed.insert(doomed.end(), removed->doomed.begin(), removed->doomed.end());
        const ledger::Event ended{.time = cause.time,
                                  .action = ledger::Action::removed,
                                  .session = cause.session,
                                  .account = std::string(router_account.view()),
                                  .protocol = cause.protocol,
                                  .detail = "a newer version of what was routed takes its place",
                                  .stream = *stream,
                                  .policy = cause.policy,
                                  .personal = {.path = std::string(path->text())}};
        if (auto appended = transaction.ledger.append(ended); !appended)
            return failure(appended.error());
    }
    return {};
}

}  // namespace consign::desk

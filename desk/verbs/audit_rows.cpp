#include "desk/verbs/audit_rows.hpp"

#include "base/virtual_path.hpp"
#include "desk/site/rfc3339.hpp"

namespace consign::desk {

namespace {

namespace json = boost::json;

std::string hex_or_empty(const Id& id) {
    return id.is_nil() ? std::string() : id.hex();
}

std::string_view state_of_personal(const ledger::EventRow& row) {
    if (row.personal_altered) return "altered";
    return row.personal_readable ? "readable" : "forgotten";
}

json::value personal(bool readable, const std::string& field) {
    return readable ? json::value(display_name(field)) : json::value(nullptr);
}

}  // namespace

json::object audit_row(const ledger::EventRow& row) {
    const ledger::Event& event = row.event;
    const auto shown = [&row](const std::string& field) {
        return personal(row.personal_readable, field);
    };
    return {{"sequence", row.sequence},
            {"time", rfc3339(event.time)},
            {"action", ledger::name_of(event.action)},
            {"outcome", ledger::name_of(event.outcome)},
            {"session", hex_or_empty(event.session)},
            {"account", display_name(event.account)},
            {"protocol", event.protocol},
            {"rule", display_name(event.rule)},
            {"detail", display_name(event.detail)},
            {"stream", hex_or_empty(event.stream)},
            {"bytes", event.bytes},
            {"count", event.count},
            {"policy", to_hex(event.policy)},
            {"path", shown(event.personal.path)},
            {"second_path", shown(event.personal.second_path)},
            {"address", shown(event.personal.address)},
            {"sha256", shown(event.personal.sha256)},
            {"subject", shown(event.personal.subject)},
            {"query", shown(event.personal.query)},
            {"personal", state_of_personal(row)},
            {"hash", to_hex(row.hash)}};
}

json::object audit_row(const ledger::Session& session) {
    return {{"id", session.id.hex()},
            {"protocol", session.protocol},
            {"listener", display_name(session.listener)},
            {"address", personal(session.address_readable, session.address)},
            {"client", display_name(session.client)},
            {"algorithms", display_name(session.algorithms)},
            {"account", display_name(session.account)},
            {"login_methods", session.login_methods},
            {"started", rfc3339(session.started)},
            {"ended", session.ended ? json::value(rfc3339(*session.ended)) : json::value(nullptr)},
            {"end_reason", display_name(session.end_reason)},
            {"files_in", session.files_in},
            {"files_out", session.files_out},
            {"bytes_in", session.bytes_in},
            {"bytes_out", session.bytes_out}};
}

}  // namespace consign::desk

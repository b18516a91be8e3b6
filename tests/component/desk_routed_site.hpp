// What the tests of routes share: policies put together from parts, messages, and looks at what
// only administrators see.
#pragma once

#include "desk_site.hpp"

namespace consign::testing {

/// The depot, with these routes instead of its own, and with what else a policy may hold.
[[nodiscard]] inline std::string depot_with(std::string_view routes, std::string_view rest = "") {
    const std::string_view all(depot);
    return std::string(all.substr(0, all.find("routes:")))
        .append(rest)
        .append("routes:\n")
        .append(routes);
}
/// What `drop` may do in its /in.
[[nodiscard]] inline std::string with_drop_granted(std::string policy, std::string_view verbs) {
    const std::string_view granted = "{path: /in/**, may: [upload]}";
    return policy.replace(policy.find(granted), granted.size(),
                          "{path: /in/**, may: [" + std::string(verbs) + "]}");
}

/// An HL7 message about one patient, of a sending facility.
[[nodiscard]] inline Bytes message(std::string_view facility = "BIOMED",
                                   std::string_view patient = "1234^^^HNORD",
                                   std::string_view born = "19700517") {
    std::string text = "MSH|^~\\&|LAB|";
    text.append(facility).append("|HIS|HNORD|20261124||ORU^R01|1|P|2.5\rPID|1||");
    text.append(patient).append("||DOE^JOHN||").append(born).append("|M\r");
    return Bytes(text.begin(), text.end());
}
/// A batch of so many messages at least, with its trailers.
[[nodiscard]] inline Bytes batch(std::size_t at_least_bytes = 0) {
    std::string text = "FHS|^~\\&|LAB|BIOMED\rBHS|^~\\&|LAB|BIOMED\r";
    const Bytes one = message();
    std::size_t messages = 0;
    do {
        text.append(as_text(one));
        ++messages;
    } while (text.size() < at_least_bytes);
    text.append("BTS|" + std::to_string(messages) + "\rFTS|1\r");
    return Bytes(text.begin(), text.end());
}
/// The same, cut off before its trailers.
[[nodiscard]] inline Bytes without_trailers(const Bytes& batch) {
    const std::string_view text = as_text(batch);
    const Bytes cut(batch.begin(), batch.begin() + static_cast<std::ptrdiff_t>(text.rfind("BTS|")));
    return cut;
}
[[nodiscard]] inline Bytes bytes_of(std::string_view text) {
    return Bytes(text.begin(), text.end());
}

/// "ACTION OUTCOME: DETAIL" of the events that a deposit left, without its opening.
[[nodiscard]] inline std::vector<std::string> told_of_deposits(DeskSite& site) {
    std::vector<std::string> told;
    for (const ledger::Event& event : site.new_events())
        if (event.action != ledger::Action::upload_opened)
            told.push_back(std::string(name_of(event.action))
                               .append(" ")
                               .append(name_of(event.outcome))
                               .append(": ")
                               .append(event.detail));
    return told;
}

/// What is at a path of the whole tree, whoever may see it.
[[nodiscard]] inline std::optional<catalog::Entry> entry_at(DeskSite& site, std::string_view path) {
    return site.read([&](Transaction& transaction) -> Result<std::optional<catalog::Entry>> {
        auto entry = transaction.catalog.find(at(path));
        if (!entry) return std::nullopt;
        return std::move(*entry);
    });
}
[[nodiscard]] inline std::vector<catalog::Life> lives(DeskSite& site) {
    return site.read([](Transaction& transaction) { return transaction.catalog.lives(0, 1000); });
}

}  // namespace consign::testing

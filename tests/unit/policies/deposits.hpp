// Deposits and routes in short, for tests of decisions.
#pragma once

#include <string>
#include <string_view>

#include "policy/route.hpp"

namespace consign::policy {

inline VirtualPath path(std::string_view text) {
    return VirtualPath::parse(text).value();
}

inline Timestamp utc(int year, unsigned month, unsigned day, int hour = 0) {
    return Timestamp(std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) /
                                           std::chrono::day(day)) +
                     std::chrono::hours(hour));
}

/// An HL7 result.
inline std::string hl7_message(std::string_view sender, std::string_view receiver,
                               std::string_view type = "ORU^R01^ORU_R01") {
    std::string message = "MSH|^~\\&|LIS|";
    message.append(sender).append("|HIS|").append(receiver).append("|20261124120000||");
    message.append(type).append("|MSG00017|P|2.5\r");
    message.append("PID|1||4711^^^").append(sender).append("^PI||TEST^ALICE||20200229|F\r");
    return message;
}

inline content::Content content_of(std::string_view text) {
    return content::read_content(as_bytes(text));
}

inline FieldCondition asks(std::string_view field, std::string_view pattern) {
    return {content::FieldName::parse(content::Dictionary::hl7, field).value(),
            {content::FieldPattern::parse(pattern).value()},
            {"policy.d/30-routes.yaml", 4}};
}

inline PathTemplate to(std::string_view text) {
    return PathTemplate::parse(text).value();
}

inline Route route_named(std::string name, std::string_view glob, int line) {
    Route made;
    made.name = std::move(name);
    made.when.path = Glob::path(glob).value();
    made.rule = {"policy.d/30-routes.yaml", line};
    return made;
}

inline Account account_named(std::string id, std::string_view home) {
    Account made;
    made.id = std::move(id);
    made.home = path(home);
    made.protocols = {"sftp"};
    made.rule = {"policy.d/20-accounts.yaml", 1};
    return made;
}

inline DepositFacts deposit(const Account& account, std::string_view name,
                            std::string_view text = {}) {
    return {.path = VirtualPath::parse(std::string(name).substr(1), account.home).value(),
            .account = account.id,
            .group = account.group,
            .home = account.home,
            .time = utc(2026, 11, 24, 11),
            .size_bytes = text.size(),
            .content = content_of(text)};
}

}  // namespace consign::policy

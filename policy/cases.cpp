#include "policy/cases.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/evp.hpp"
#include "policy/calendar/zone.hpp"

namespace consign::policy {

namespace {

constexpr std::string_view none = "none";
constexpr std::string_view unknown = "unknown";

std::string date_text(std::chrono::sys_days day) {
    const std::chrono::year_month_day date(day);
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::string path_text(const Destination& to) {
    return to.path ? to.path->display() : fmt::format("no path: {}", to.path.error().message());
}

std::string listed(std::vector<std::string> texts) {
    std::ranges::sort(texts);
    return texts.empty() ? std::string(none) : fmt::format("{}", fmt::join(texts, ", "));
}

/// The last day on which the content is kept, under whoever of its subjects it is kept longest for.
std::string kept_until(const Policy& policy, const std::vector<Keeping>& keeping) {
    if (keeping.empty()) return std::string(none);
    Timestamp latest = Timestamp::min();
    for (const Keeping& one : keeping) {
        if (one.term.state != Term::State::due) return std::string(unknown);
        latest = std::max(latest, one.term.at);
    }
    // It is over at 24:00 of its last day, which is the next day's first moment.
    return date_text(date_in(policy.zone, latest - std::chrono::microseconds(1)));
}

class Judgement {
  public:
    void expect(std::string_view what, const std::optional<std::string>& wanted,
                const std::string& found) {
        if (wanted && *wanted != found)
            unmet_.push_back(fmt::format("{}: expected {}, found {}", what, *wanted, found));
    }
    void expect(std::string_view what, const std::optional<std::vector<std::string>>& wanted,
                const std::vector<std::string>& found) {
        if (wanted) expect(what, std::optional(listed(*wanted)), listed(found));
    }
    [[nodiscard]] std::vector<std::string> unmet() { return std::move(unmet_); }

  private:
    std::vector<std::string> unmet_;
};

std::optional<std::string> yes_or_no(const std::optional<bool>& flag) {
    if (!flag) return std::nullopt;
    return *flag ? "true" : "false";
}

void judge_routing(Judgement& judgement, const Policy& policy, const Expected& expected,
                   const Explanation& explanation, std::span<const content::Ending> missing) {
    const Routing nowhere;
    const bool is_routed = explanation.routing && missing.empty();
    const Routing& routing = is_routed ? *explanation.routing : nowhere;
    std::vector<std::string> waits_for;
    for (const content::Ending ending : missing) waits_for.emplace_back(name_of(ending));
    judgement.expect("waits_for", expected.waits_for, waits_for);
    std::vector<std::string> copies, deliveries;
    for (const Destination& copy : routing.copies) copies.push_back(path_text(copy));
    for (const auto& delivery : routing.deliveries)
        deliveries.push_back(delivery.target + path_text(delivery.to));
    const auto place = [](const std::optional<Destination>& to) {
        return to ? path_text(*to) : std::string(none);
    };
    judgement.expect("route", expected.route,
                     routing.route ? routing.route->name : std::string(none));
    judgement.expect("class", expected.retention_class,
                     routing.retention_class ? routing.retention_class->name : std::string(none));
    judgement.expect("quarantine", yes_or_no(expected.quarantined),
                     routing.quarantine ? "true" : "false");
    judgement.expect("copy", expected.copies, copies);
    judgement.expect("move", expected.move, place(routing.move));
    judgement.expect("deliver", expected.deliveries, deliveries);
    judgement.expect("acknowledge", expected.acknowledge, place(routing.acknowledge));
    judgement.expect("tags", expected.tags, routing.tags);
    judgement.expect("kept_until", expected.kept_until,
                     is_routed ? kept_until(policy, explanation.keeping) : std::string(none));
}

}  // namespace

Question question_of(const Case& one, const Policy& policy, Timestamp now) {
    const auto day = one.on.value_or(date_in(policy.zone, now));
    Question question{.account = one.account,
                      .path = one.path,
                      .verb = one.verb,
                      .at = instant(policy.zone, wall_time(day, one.time))};
    if (!one.content.empty()) {
        const ByteView bytes = as_bytes(one.content);
        evp::Digest digest;
        digest.update(bytes);
        std::ranges::copy(digest.finish(), question.sha256.begin());
        question.size_bytes = bytes.size();
        question.content = content::read_content(bytes);
    }
    return question;
}

std::vector<std::string> unmet(const Case& one, const Policy& policy, const Question& question,
                               std::span<const content::Ending> missing) {
    const auto explanation = explain(policy, question);
    if (!explanation) return {fmt::format("the policy has no account {}", one.account)};
    const Expected& expected = one.expected;
    Judgement judgement;
    if (expected.allowed)
        judgement.expect("verdict", *expected.allowed ? "allowed" : "refused",
                         explanation->allowed() ? "allowed" : "refused");
    judgement.expect("temporary", yes_or_no(expected.temporary),
                     explanation->is_temporary ? "true" : "false");
    judge_routing(judgement, policy, expected, *explanation, missing);
    return judgement.unmet();
}

}  // namespace consign::policy

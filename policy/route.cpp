#include "policy/route.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "policy/calendar/zone.hpp"
#include "policy/content/message_date.hpp"

namespace consign::policy {

namespace {

/// What stands for each placeholder of this route's templates.
class RouteValues final : public TemplateValues {
  public:
    RouteValues(const Policy& policy, const Route& route, const DepositFacts& facts)
        : facts_(facts), regex_(route.when.path_regex), now_(wall_time(policy.zone, facts.time)) {
        if (regex_) captures_ = regex_->captures(facts.path.text());
    }

    [[nodiscard]] std::string value(Placeholder placeholder) const override {
        switch (placeholder) {
            case Placeholder::account:
                return facts_.account;
            case Placeholder::home:
                return std::string(facts_.home.text());
            case Placeholder::date:
                return date();
            case Placeholder::time:
                return time();
            case Placeholder::name:
                return std::string(facts_.path.name());
            case Placeholder::stem:
                return std::string(parts_of(facts_.path.name()).stem);
            case Placeholder::ext:
                return std::string(parts_of(facts_.path.name()).ext);
            case Placeholder::sha256:
                return to_hex(facts_.sha256);
        }
        return {};
    }

    [[nodiscard]] std::optional<std::string> value(const content::FieldName& field) const override {
        return facts_.content.value(field);
    }

    [[nodiscard]] std::optional<std::string> value(const Capture& capture) const override {
        const auto index = regex_ ? regex_->capture_named(capture.group) : std::nullopt;
        if (!index || *index >= captures_.size()) return std::nullopt;
        return captures_[*index];
    }

  private:
    [[nodiscard]] std::string date() const {
        const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(now_));
        return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()),
                           static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
    }
    [[nodiscard]] std::string time() const {
        const std::chrono::hh_mm_ss clock(now_ - std::chrono::floor<std::chrono::days>(now_));
        return fmt::format("{:02}{:02}{:02}", clock.hours().count(), clock.minutes().count(),
                           clock.seconds().count());
    }

    const DepositFacts& facts_;
    const std::optional<Pattern>& regex_;
    WallTime now_;
    std::vector<std::string> captures_;
};

bool is_among(const auto& any_of, const auto& value) {
    return any_of.empty() || std::ranges::find(any_of, value) != any_of.end();
}

/// The same question as the last one has the same answer.
template <class Answer, class Ask>
bool answered(Answer& last, const Glob& asked, const Ask& ask) {
    if (last.asked == nullptr || !last.asked->is_same_as(asked)) last = {&asked, ask()};
    return last.holds;
}

bool has_size(const Conditions& when, std::uint64_t size_bytes) {
    return (!when.at_least_bytes || size_bytes >= *when.at_least_bytes) &&
           (!when.at_most_bytes || size_bytes <= *when.at_most_bytes);
}

/// As far as the name and the account tell.
bool may_match(const Route& route, const Account& account, const VirtualPath& path,
               std::span<const std::string_view> segments) {
    const Conditions& when = route.when;
    return (!when.path || when.path->matches(segments)) &&
           (!when.file_name || when.file_name->matches_name(path.name())) &&
           is_among(when.accounts, account.id) && is_among(when.groups, account.group);
}

bool asks_for_content(const Route& route) {
    const Conditions& when = route.when;
    const auto in_action = [](const Action& action) {
        struct Asks {
            bool operator()(const Copy& copy) const { return copy.target.asks_for_content(); }
            bool operator()(const Move& move) const { return move.target.asks_for_content(); }
            bool operator()(const Deliver& deliver) const {
                return deliver.path.asks_for_content();
            }
            bool operator()(const Quarantine&) const { return false; }
            bool operator()(const Tag&) const { return false; }
        };
        return std::visit(Asks{}, action);
    };
    // A class may depend on the subject, which the file itself names.
    return !when.formats.empty() || !when.packings.empty() || !when.fields.empty() ||
           !route.endings.empty() || !route.retention_class.empty() ||
           (route.acknowledge && route.acknowledge->target.asks_for_content()) ||
           std::ranges::any_of(route.to, in_action);
}

std::optional<std::chrono::sys_days> date_in(const content::Content& content,
                                             const std::optional<content::FieldName>& field) {
    const auto value = field ? content.value(*field) : std::nullopt;
    if (!value) return std::nullopt;
    // A field may have several values, and a value parts: precision, an era.
    return content::parse_message_date(
        std::string_view(*value).substr(0, value->find_first_of("~^")));
}

/// PID-30 may say that PID-29 is nobody's death.
std::optional<std::chrono::sys_days> death_in(const content::Content& content,
                                              const std::optional<content::FieldName>& field) {
    if (field && field->field() == "PID-29" &&
        content.value(content::FieldName::canonical(content::Dictionary::hl7, "PID-30")) == "N")
        return std::nullopt;
    return date_in(content, field);
}

/// That of the first message, by the fields that the route names.
std::optional<content::Subject> named_subject(const SubjectFields& fields,
                                              const content::Content& content) {
    const auto id = content.value(*fields.id);
    if (!id) return std::nullopt;
    return content::Subject{
        .id = *id,
        .authority = fields.authority ? content.value(*fields.authority).value_or("") : "",
        .born = date_in(content, fields.born),
        .died = death_in(content, fields.died)};
}

/// Does the format's reader take it from there, too?
bool is_own(const std::optional<content::FieldName>& field, std::string_view hl7,
            std::string_view hprim) {
    return field && field->component() <= 1 && (field->field() == hl7 || field->field() == hprim);
}

using DateOf = std::optional<std::chrono::sys_days> content::Subject::*;

/// A field that the reader does not know tells of the first message alone.
void take_from_first(std::vector<content::Subject>& subjects, DateOf date,
                     const content::Subject& first) {
    for (content::Subject& subject : subjects) (subject.*date).reset();
    subjects.front().*date = first.*date;
}

/// An identifier without an authority is the account's own.
void scope(std::vector<content::Subject>& subjects, const DepositFacts& facts) {
    for (content::Subject& subject : subjects)
        if (subject.authority.empty()) subject.authority = "account:" + facts.account;
}

std::vector<content::Subject> subjects_of(const Route& route, const DepositFacts& facts) {
    const content::Content& content = facts.content;
    std::vector<content::Subject> subjects = content.subjects;
    const auto& fields = route.subject;
    bool has_unknown = content.has_unknown_subject;
    if (fields && fields->id) {
        auto named = named_subject(*fields, content);
        // Where the fields name whom the reader names too, so they do in the messages that follow.
        const bool is_as_read = is_own(fields->id, "PID-3", "P-3") && named && !subjects.empty() &&
                                named->id == subjects.front().id &&
                                named->authority == subjects.front().authority;
        if (is_as_read) {
            if (!is_own(fields->born, "PID-7", "P-8"))
                take_from_first(subjects, &content::Subject::born, *named);
            if (!is_own(fields->died, "PID-29", "P-34"))
                take_from_first(subjects, &content::Subject::died, *named);
        } else {
            has_unknown = has_unknown || content.is_batch || subjects.size() > 1;
            subjects.clear();
            if (named) subjects.push_back(*std::move(named));
        }
    }
    // Of whom nothing is known, everything is: kept where a class asks for a person.
    if (has_unknown) subjects.emplace_back();
    scope(subjects, facts);
    return subjects;
}

/// Puts what one action asks for into the routing.
struct Carry {
    Routing& routing;
    const RouteValues& values;

    void operator()(const Copy& copy) const {
        routing.copies.push_back({copy.target.expand(values), copy.rule});
    }
    void operator()(const Move& move) const {
        routing.move = Destination{move.target.expand(values), move.rule};
    }
    void operator()(const Deliver& deliver) const {
        routing.deliveries.push_back({deliver.target, {deliver.path.expand(values), deliver.rule}});
    }
    void operator()(const Quarantine& quarantine) const {
        routing.quarantine = Routing::Quarantined{quarantine.reason, quarantine.rule};
    }
    void operator()(const Tag& tag) const { routing.tags.push_back(tag.tag); }
};

bool quarantines(const Route& route) {
    return std::ranges::any_of(
        route.to, [](const Action& action) { return std::holds_alternative<Quarantine>(action); });
}

const Route* first_match(const Policy& policy, const DepositFacts& facts, Passage passage) {
    Candidate candidate(facts);
    const auto matches = [&](const Route& route) {
        return !mismatch(route, candidate) && !(passage == Passage::released && quarantines(route));
    };
    if (policy.route_index.size() == policy.routes.size()) {
        for (const RouteIndex::Position position : policy.route_index.possible(facts.content))
            if (matches(policy.routes[position])) return &policy.routes[position];
        return nullptr;
    }
    const auto first = std::ranges::find_if(policy.routes, matches);
    return first == policy.routes.end() ? nullptr : &*first;
}

/// Away from everyone is away from whom a copy would go to, too.
void keep_away(Routing& routing) {
    routing.copies.clear();
    routing.move.reset();
    routing.deliveries.clear();
    routing.acknowledge.reset();
}

}  // namespace

bool Candidate::has_path(const Glob& glob) {
    return answered(path_, glob, [&] { return glob.matches(segments_); });
}

bool Candidate::has_name(const Glob& glob) {
    return answered(name_, glob, [&] { return glob.matches_name(facts_.path.name()); });
}

bool Candidate::has_field(const FieldCondition& condition) {
    const auto& known = value(condition.field);
    return known &&
           std::ranges::any_of(condition.any_of, [&](const content::FieldPattern& pattern) {
               return pattern.matches(*known);
           });
}

const std::optional<std::string>& Candidate::value(const content::FieldName& field) {
    const auto known = std::ranges::find(values_, field, &Value::field);
    if (known != values_.end()) return known->value;
    return values_.emplace_back(field, facts_.content.values(field)).value;
}

std::optional<Mismatch> mismatch(const Route& route, Candidate& candidate) {
    using enum Mismatch::Condition;
    const DepositFacts& facts = candidate.facts();
    const Conditions& when = route.when;
    if (when.path && !candidate.has_path(*when.path)) return Mismatch{path};
    if (when.file_name && !candidate.has_name(*when.file_name)) return Mismatch{name};
    if (!is_among(when.accounts, facts.account)) return Mismatch{account};
    if (!is_among(when.groups, facts.group)) return Mismatch{group};
    if (!has_size(when, facts.size_bytes)) return Mismatch{size};
    if (!is_among(when.formats, facts.content.format)) return Mismatch{format};
    if (!is_among(when.packings, facts.content.packing)) return Mismatch{packing};
    for (const FieldCondition& condition : when.fields)
        if (!candidate.has_field(condition)) return Mismatch{field, &condition};
    // The dear ones last.
    if (!when.time.empty() && !is_open(when.time, facts.time)) return Mismatch{time};
    if (when.path_regex && !when.path_regex->matches(facts.path.text()))
        return Mismatch{path_regex};
    return std::nullopt;
}

bool needs_content(const Policy& policy, const Account& account, const VirtualPath& path) {
    if (account.claims) return true;
    const auto segments = path.segments();
    return std::ranges::any_of(policy.routes, [&](const Route& route) {
        return may_match(route, account, path, segments) && asks_for_content(route);
    });
}

bool may_wait_for(const Policy& policy, const Account& account, const VirtualPath& path,
                  Sidecar sidecar) {
    const auto segments = path.segments();
    return std::ranges::any_of(policy.routes, [&](const Route& route) {
        return std::ranges::find(route.sidecars, sidecar) != route.sidecars.end() &&
               may_match(route, account, path, segments);
    });
}

const Scanner* may_be_scanned(const Policy& policy, const Account& account,
                              const VirtualPath& path) {
    const auto segments = path.segments();
    const auto first = std::ranges::find_if(policy.routes, [&](const Route& route) {
        return route.scan && may_match(route, account, path, segments);
    });
    return first == policy.routes.end() ? nullptr : &*first->scan;
}

std::optional<std::string> unclaimed_sender(const Account& account,
                                            const content::Content& content) {
    if (!account.claims) return std::nullopt;
    const auto stranger = std::ranges::find_if(content.senders, [&](const std::string& sender) {
        return !account.claims->facilities.contains(sender);
    });
    if (stranger == content.senders.end()) return std::nullopt;
    return *stranger;
}

std::optional<Routing> route(const Policy& policy, const DepositFacts& facts, Passage passage) {
    const auto account = policy.accounts.find(facts.account);
    if (passage == Passage::deposited && account != policy.accounts.end() &&
        unclaimed_sender(account->second, facts.content)) {
        const Rule& rule = account->second.claims->rule;
        Routing routing{.rule = rule};
        routing.quarantine = Routing::Quarantined{
            "it names a sending facility that the account may not claim", rule};
        return routing;
    }
    const Route* first = first_match(policy, facts, passage);
    if (first == nullptr) return std::nullopt;
    Routing routing{.route = first, .rule = first->rule};
    const RouteValues values(policy, *first, facts);
    for (const Action& action : first->to) std::visit(Carry{routing, values}, action);
    if (first->acknowledge)
        routing.acknowledge =
            Destination{first->acknowledge->target.expand(values), first->acknowledge->rule};
    if (routing.quarantine) keep_away(routing);
    const auto kept = policy.classes.find(first->retention_class);
    if (kept != policy.classes.end()) routing.retention_class = &kept->second;
    routing.subjects = subjects_of(*first, facts);
    return routing;
}

}  // namespace consign::policy

#include "policy/retention.hpp"

#include <algorithm>

#include "policy/calendar/zone.hpp"

namespace consign::policy {

namespace {

using std::chrono::sys_days;
using std::chrono::year_month_day;
using std::chrono::years;

constexpr years age_of_majority_years{18};  // Code civil, art. 414

/// A term without its rule.
struct Outcome {
    Term::State state = Term::State::unknown;
    Timestamp at{};
    std::string_view because;
};

Outcome due(Timestamp at, std::string_view because) {
    return {Term::State::due, at, because};
}

Outcome unknown(std::string_view because) {
    return {Term::State::unknown, {}, because};
}

/// The pure arithmetic over one class and one life.
class Reckoning {
  public:
    Reckoning(const Class& retention_class, const Life& life, std::string_view zone)
        : class_(retention_class), life_(life), zone_(zone) {}

    [[nodiscard]] Outcome outcome() const {
        if (life_.is_held) return {Term::State::held, {}, "held"};
        if (life_.is_claimed) return {Term::State::suspended, {}, "suspended by a claim"};
        if (contradicts_itself()) return unknown("died before birth");
        const Outcome whole = class_.after_death && life_.died ? with_death() : with_minority();
        return whole.state == Term::State::due ? shortened(whole) : whole;
    }

  private:
    template <class Start>
    [[nodiscard]] Timestamp end(Start start, Span span) const {
        span.days += static_cast<int>(life_.suspended.count());
        return end_of_term(start, span, zone_);
    }

    [[nodiscard]] Timestamp not_before_deposit(Timestamp time) const {
        return std::max(time, life_.deposited);
    }

    /// Which of the two dates is the wrong one, nobody knows.
    [[nodiscard]] bool contradicts_itself() const {
        const bool depends_on_them = class_.minor_until || class_.after_death;
        return depends_on_them && life_.born && life_.died && *life_.died < *life_.born;
    }

    [[nodiscard]] Outcome with_death() const {
        if (!life_.last_activity) return unknown("last activity unknown");
        const Timestamp last_activity = not_before_deposit(*life_.last_activity);
        const Timestamp day_of_death_ends = end_of_term(*life_.died, Span{}, zone_);
        if (day_of_death_ends >= end_of_term(last_activity, *class_.after_death, zone_))
            return with_minority();
        if (*life_.died < date_in(zone_, last_activity))
            return due(end(last_activity, *class_.after_death), "last activity + after_death");
        return due(end(*life_.died, *class_.after_death), "died + after_death");
    }

    [[nodiscard]] Outcome with_minority() const {
        const Outcome kept = counted();
        if (!class_.minor_until || kept.state != Term::State::due) return kept;
        if (!life_.born)
            return unknown(life_.has_subject ? "birth date unknown" : "subject unknown");
        if (!was_minor(*life_.born)) return kept;
        const Timestamp grown = end(*life_.born, *class_.minor_until);
        return grown > kept.at ? due(grown, "born + minor_until") : kept;
    }

    [[nodiscard]] Outcome counted() const {
        switch (class_.counted_from) {
            case CountedFrom::deposit:
                return due(end(life_.deposited, class_.keep), "deposit + keep");
            case CountedFrom::last_pickup:
                if (!life_.last_pickup) return unknown("not collected yet");
                return due(end(not_before_deposit(*life_.last_pickup), class_.keep),
                           "last pickup + keep");
            case CountedFrom::last_activity:
                if (!life_.last_activity)
                    return unknown(life_.has_subject ? "last activity unknown" : "subject unknown");
                return due(end(not_before_deposit(*life_.last_activity), class_.keep),
                           "last activity + keep");
        }
        return {};
    }

    [[nodiscard]] bool was_minor(sys_days born) const {
        // A 29 February that does not exist compares as later than the 28th, earlier than 1 March.
        year_month_day majority{born};
        majority += age_of_majority_years;
        return year_month_day{date_in(zone_, life_.deposited)} < majority;
    }

    [[nodiscard]] Outcome shortened(const Outcome& whole) const {
        if (!class_.shorten_after_pickup || !life_.collected_by_all) return whole;
        const Timestamp at =
            end(not_before_deposit(*life_.collected_by_all), *class_.shorten_after_pickup);
        return at < whole.at ? due(at, "collected by all + shorten_after_pickup") : whole;
    }

    const Class& class_;
    const Life& life_;
    std::string_view zone_;
};

}  // namespace

Term term(const Class& retention_class, const Life& life, std::string_view zone) {
    const Outcome outcome = Reckoning(retention_class, life, zone).outcome();
    return {outcome.state, outcome.at, outcome.because, retention_class.rule};
}

bool ends_sooner(const Term& term, const Term& than) {
    if (term.state != Term::State::due) return false;
    return than.state != Term::State::due || term.at < than.at;
}

}  // namespace consign::policy

#include "policy/retention.hpp"

#include <algorithm>
#include <vector>

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

std::vector<Claim> by_beginning(std::vector<Claim> claims) {
    std::ranges::sort(claims, {}, &Claim::from);
    return claims;
}

/// The pure arithmetic over one class and one life.
class Reckoning {
  public:
    Reckoning(const Class& retention_class, const Life& life, std::string_view zone)
        : class_(retention_class), life_(life), claims_(by_beginning(life.claims)), zone_(zone) {}

    [[nodiscard]] Outcome outcome() const {
        if (contradicts_itself()) return unknown("died before birth");
        const Outcome whole = class_.after_death && life_.died ? with_death() : with_minority();
        return whole.state == Term::State::due ? shortened(whole) : whole;
    }

  private:
    /// A time that the calendar has.
    template <class Time>
    [[nodiscard]] Timestamp moment(Time time) const {
        return end_of_term(time, Span{}, zone_);
    }

    /// The end of a term, after all claims that suspend it.
    template <class Start>
    [[nodiscard]] Outcome after(Start start, const Span& span, std::string_view because) const {
        Timestamp running = std::max(moment(start), moment(life_.deposited));
        std::chrono::microseconds stopped{0};
        const auto end = [&] {
            Span longer = span;
            if (span.months == 0 && span.days == 0)
                longer.seconds += ceil<std::chrono::seconds>(stopped);
            else
                longer.days += static_cast<int>(ceil<std::chrono::days>(stopped).count());
            return end_of_term(start, longer, zone_);
        };
        for (const Claim& claim : claims_) {
            if (claim.from >= end()) break;
            if (!claim.to) return {Term::State::suspended, {}, "suspended by a claim"};
            const Timestamp from = std::max(claim.from, running);
            running = std::max(running, moment(*claim.to));
            stopped += std::max(running - from, std::chrono::microseconds(0));
        }
        return due(end(), because);
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
        if (moment(*life_.died) >= end_of_term(last_activity, *class_.after_death, zone_))
            return with_minority();
        if (*life_.died < date_in(zone_, last_activity))
            return after(last_activity, *class_.after_death, "last activity + after_death");
        return after(*life_.died, *class_.after_death, "died + after_death");
    }

    [[nodiscard]] Outcome with_minority() const {
        const Outcome kept = counted();
        if (!class_.minor_until || kept.state != Term::State::due) return kept;
        if (!life_.born)
            return unknown(life_.has_subject ? "birth date unknown" : "subject unknown");
        if (!was_minor(*life_.born)) return kept;
        const Outcome grown = after(*life_.born, *class_.minor_until, "born + minor_until");
        return grown.state != Term::State::due || grown.at > kept.at ? grown : kept;
    }

    [[nodiscard]] Outcome counted() const {
        switch (class_.counted_from) {
            case CountedFrom::deposit:
                return after(life_.deposited, class_.keep, "deposit + keep");
            case CountedFrom::last_pickup:
                if (!life_.last_pickup) return unknown("not collected yet");
                return after(not_before_deposit(*life_.last_pickup), class_.keep,
                             "last pickup + keep");
            case CountedFrom::last_activity:
                if (!life_.last_activity)
                    return unknown(life_.has_subject ? "last activity unknown" : "subject unknown");
                return after(not_before_deposit(*life_.last_activity), class_.keep,
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
        const Outcome collected =
            after(not_before_deposit(*life_.collected_by_all), *class_.shorten_after_pickup,
                  "collected by all + shorten_after_pickup");
        return collected.state == Term::State::due && collected.at < whole.at ? collected : whole;
    }

    const Class& class_;
    const Life& life_;
    const std::vector<Claim> claims_;
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

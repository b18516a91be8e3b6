#include "desk/deliveries/pull_schedule.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace consign::desk {

namespace {

std::string asked_bookmark(std::string_view pull) {
    return fmt::format("pull_asked:{}", pull);
}

std::string retry_bookmark(std::string_view pull) {
    return fmt::format("pull_retry:{}", pull);
}

/// As microseconds since 1970; 0: none.
Result<std::optional<Timestamp>> time_at(Transaction& transaction, const std::string& bookmark) {
    const auto place = transaction.bookmarks.find(bookmark);
    if (!place) return failure(place.error());
    if (place->value_or(0) == 0) return std::nullopt;
    return Timestamp(std::chrono::microseconds(**place));
}

Result<> set(Transaction& transaction, const std::string& bookmark,
             const std::optional<Timestamp>& time) {
    const auto before = time_at(transaction, bookmark);
    if (!before) return failure(before.error());
    if (*before == time) return {};
    return transaction.bookmarks.set(bookmark, time ? time->time_since_epoch().count() : 0);
}

}  // namespace

bool is_due(const policy::Pull& pull, const std::optional<pulls::Run>& run, Timestamp now) {
    const bool is_open = policy::is_open(pull.at, now);
    // One that never ran waits for its first time, and does not make up for those before it.
    if (!run) return is_open;
    if (is_open && now - run->last >= pull_interval) return true;
    return !is_open && policy::has_come(pull.at, run->last + std::chrono::microseconds(1), now);
}

Timestamp due_since(const policy::Pull& pull, const std::optional<pulls::Run>& run, Timestamp now) {
    if (!run) return now;
    const auto next = policy::next(pull.at, run->last);
    const Timestamp soon = run->last + pull_interval;
    // Within the window of the last time, or at an instant or opening since.
    const Timestamp since = policy::is_open(pull.at, soon) || !next ? soon : next->opens;
    return std::min(since, now);
}

std::optional<Timestamp> next_due(const policy::Pull& pull, const std::optional<pulls::Run>& run,
                                  Timestamp now) {
    if (is_due(pull, run, now)) return now;
    if (run && policy::is_open(pull.at, now)) {
        const Timestamp soon = run->last + pull_interval;
        if (policy::is_open(pull.at, soon)) return soon;
    }
    const auto next = policy::next(pull.at, now);
    if (!next) return std::nullopt;
    return next->opens;
}

Result<PullNotes> pull_notes(Transaction& transaction, std::string_view pull) {
    const auto asked = time_at(transaction, asked_bookmark(pull));
    if (!asked) return failure(asked.error());
    const auto retry = time_at(transaction, retry_bookmark(pull));
    if (!retry) return failure(retry.error());
    return PullNotes{.asked = *asked, .retry = *retry};
}

Result<> note(Transaction& transaction, std::string_view pull, const PullNotes& notes) {
    if (auto done = set(transaction, asked_bookmark(pull), notes.asked); !done) return done;
    return set(transaction, retry_bookmark(pull), notes.retry);
}

}  // namespace consign::desk

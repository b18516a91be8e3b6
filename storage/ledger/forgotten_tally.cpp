#include "storage/ledger/forgotten_tally.hpp"

#include <algorithm>

#include "storage/keyring/keyring.hpp"
#include "storage/ledger/forgotten_words.hpp"

namespace consign::ledger {

namespace {

std::string month_text(Timestamp time) {
    return keyring::period_text(keyring::month_of(time));
}

}  // namespace

void ForgottenTally::forgotten(std::int64_t sequence, Timestamp time, bool is_about_file) {
    Open& open = open_[{is_about_file, month_text(time)}];
    if (open.rows == 0) open = {.first = sequence};
    ++open.rows;
    ++open.among;
}

void ForgottenTally::read(const Event& event) {
    if (event.action != Action::fields_forgotten || event.outcome != Outcome::granted) return;
    const ForgottenWords words = forgotten_words_in(event.detail);
    for (const auto& [month, rows] : words.traces) tell({true, month}, rows);
    for (const auto& [month, rows] : words.access) {
        tell({false, month}, rows);
        access_told_.insert(month);
    }
}

void ForgottenTally::tell(const Kind& kind, std::uint64_t rows) {
    const auto open = open_.find(kind);
    if (open == open_.end()) return;
    open->second.rows -= std::min(open->second.rows, rows);
    if (open->second.rows == 0) open_.erase(open);
}

std::optional<ForgottenTally::Untold> ForgottenTally::untold() const {
    std::optional<Untold> earliest;
    for (const auto& [kind, open] : open_)
        if (!earliest || open.first < earliest->first)
            earliest = Untold{.first = open.first,
                              .rows = open.rows,
                              .among = open.among,
                              .month = kind.second,
                              .are_about_files = kind.first};
    return earliest;
}

bool ForgottenTally::is_access_told(Timestamp time) const {
    return access_told_.contains(month_text(time));
}

}  // namespace consign::ledger

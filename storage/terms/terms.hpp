// When content is due: what was worked out for each file, so that what is due is found without a
// look at what is not. A term counts as long as nothing changed on which it depends: it is of the
// current epoch (a number that goes up where the policy's classes change), and of no subject of
// whom something new is known. Else it is stale, and to be worked out again before anything is
// done. The term itself is a sealed cell; in clear stands when to look at the file, which tells no
// date of anybody's life: docs/formats/database.md. Lives on one connection, and changes on the
// writer thread alone. Errors: the database's, or keyring_errc.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "storage/database/sealed_cell.hpp"
#include "storage/keyring/keyring.hpp"

namespace consign::database {
class Connection;
class Statement;
}  // namespace consign::database

namespace consign::terms {

using FileId = std::int64_t;     // of the catalog
using SubjectId = std::int64_t;  // of the catalog
using LifeId = std::int64_t;     // of the catalog

/// As it was worked out.
struct Term {
    std::optional<Timestamp> due{};  // nothing: kept without an end that is known
    std::string class_name{};        // of the class that keeps it longest; empty: it has none
    std::string rule{};              // FILE:LINE of that class
    std::string why{};               // "deposit + keep", "birth date unknown"
    bool tells_a_life = false;       // `due` is counted from somebody's birth or death

    bool operator==(const Term&) const = default;
};

struct Settled {
    FileId file = 0;
    std::optional<Timestamp> look{};  // when to look at it
    bool current = false;             // of this epoch; of subjects it says nothing
    Term term{};
};

/// What retention knows of the clock.
struct ClockState {
    std::optional<Timestamp> seen{};     // the last time that was believed
    std::optional<Timestamp> stopped{};  // what the clock showed when it was no longer believed
};

class Terms {
  public:
    Terms(database::Connection& connection, const keyring::Keyring& keys, RandomSource& random);

    // Epochs. `rules`: a digest of all that terms follow from in the policy.
    [[nodiscard]] Result<bool> is_current(const Digest32& rules);
    /// From now on all terms are stale that were worked out before. Costs the same however many.
    [[nodiscard]] Result<> begin_epoch(const Digest32& rules);
    /// The same, by the same rules.
    [[nodiscard]] Result<> mark_all_stale();

    // One file's
    /// Of the current epoch where `rules` are those of the epoch, else stale.
    [[nodiscard]] Result<> settle(FileId file, const Term& term, const Digest32& rules);
    [[nodiscard]] Result<> mark_stale(FileId file);
    /// It has no term any more.
    [[nodiscard]] Result<> drop(FileId file);
    /// Nothing where it has none. One that was altered comes as stale, and empty.
    [[nodiscard]] Result<std::optional<Settled>> find(FileId file);
    /// Of the current epoch, and about no subject of whom something new is known.
    [[nodiscard]] Result<bool> is_settled(FileId file);
    /// Not before then: something keeps it for now.
    [[nodiscard]] Result<> look_again(FileId file, Timestamp at);

    // What is stale
    [[nodiscard]] Result<std::vector<FileId>> stale(std::size_t limit);
    /// All that is about each subject that the file is about. Costs the same however much that is.
    [[nodiscard]] Result<> mark_subjects_of(FileId file);
    /// All that is about one; succeeds where there is none.
    [[nodiscard]] Result<> mark_subject(SubjectId subject);
    struct StaleSubject {
        SubjectId subject = 0;
        LifeId life = 0;  // worked out up to this one
    };
    [[nodiscard]] Result<std::optional<StaleSubject>> stale_subject();
    /// Worked out up to this life; or, without one, all of it.
    [[nodiscard]] Result<> subject_settled(SubjectId subject, std::optional<LifeId> up_to);

    // Looks
    /// Up to `limit` of the current epoch to be looked at by now, the first first.
    [[nodiscard]] Result<std::vector<FileId>> to_look_at(Timestamp now, std::size_t limit);
    /// Up to `limit` of the current epoch, in the order of their looks, from behind a row on.
    [[nodiscard]] Result<std::vector<Settled>> list(std::optional<Timestamp> after_look,
                                                    FileId after, Timestamp until,
                                                    std::size_t limit);
    /// Those of the current epoch that have no end that is known, in the order of files.
    [[nodiscard]] Result<std::vector<Settled>> endless(FileId after, std::size_t limit);

    // The clock
    [[nodiscard]] Result<ClockState> clock();
    [[nodiscard]] Result<> set_clock(const ClockState& state);

  private:
    [[nodiscard]] Result<std::int64_t> epoch();
    [[nodiscard]] Result<std::vector<Settled>> settled_of(database::Statement query,
                                                          std::int64_t epoch);

    database::Connection& connection_;
    const keyring::Keyring& keys_;
    database::SealedCells cells_;
};

/// When a file of this term is to be looked at first: where the term tells somebody's birth or
/// death, the first moment of its month.
[[nodiscard]] std::optional<Timestamp> first_look(const Term& term);

}  // namespace consign::terms

// What the ledger tells: events and sessions, as its callers see them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"

namespace consign::ledger {

/// What an event row tells. The number stands in the row: never reuse or reorder one.
enum class Action : std::uint16_t {
    daemon_started = 1,
    daemon_stopped = 2,
    policy_loaded = 3,
    policy_refused = 4,
    login = 10,
    login_failed = 11,
    session_ended = 12,
    request_refused = 13,
    protocol_violation = 14,
    opened_for_reading = 20,
    retrieval_ended = 21,
    upload_opened = 22,
    deposited = 23,
    upload_broken_off = 24,
    upload_expired = 25,
    routed = 26,
    renamed = 27,
    removed = 28,
    folder_made = 29,
    folder_removed = 30,
    attributes_set = 31,
    listed = 32,
    hashed = 33,
    stat_refused = 34,
    destroyed = 35,
    altered_content_found = 36,
    quarantined = 37,
    administrator_acted = 40,
    acknowledged = 50,
    quarantine_released = 51,
    quarantine_rejected = 52,
    scanned = 53,
    hidden_once_collected = 60,
    archived_once_collected = 61,
    name_ended_once_collected = 62,
    alert_told = 70,
    alert_dropped = 71,
    content_mended = 72,
    scrub_ended = 73,
    scrub_stopped = 74,
    expired = 55,  // a name ended because its content's term is over
    hold_added = 56,
    hold_lifted = 57,
    erasure_requested = 58,  // and answered
    clock_guarded = 59,      // refused: not believed; granted: believed again, or confirmed
    delivery_begun = 65,
    delivered = 66,
    pulled = 67,
    removed_there = 68,
    job_failed = 75,
    job_buried = 76,
    job_revived = 77,
    job_cancelled = 78,
    alarm_raised = 79,
    fields_forgotten = 80,  // personal fields whose time is over; told before it is done
    checkpoint_stamped = 81,
    receipt_read = 82,
};
/// As it stands above; "unknown" for a number of a newer version.
[[nodiscard]] std::string_view name_of(Action action);
[[nodiscard]] std::optional<Action> action_named(std::string_view name);

enum class Outcome : std::uint8_t { granted = 1, refused = 2, failed = 3 };
[[nodiscard]] std::string_view name_of(Outcome outcome);
[[nodiscard]] std::optional<Outcome> outcome_named(std::string_view name);

/// Personal fields: in the row as SHA-256(salt || field), beside it sealed under the period's key.
/// An empty one is absent.
struct Personal {
    std::string path{};         // whole tree, raw bytes
    std::string second_path{};  // a rename's target, a route's copy
    std::string address{};      // the peer's
    std::string sha256{};       // of the content, hexadecimal
    std::string subject{};
    std::string query{};  // what an administrator asked of `audit sql`

    bool operator==(const Personal&) const = default;
};

/// What the caller says; the ledger adds sequence number, chain and commitments.
struct Event {
    Timestamp time{};
    Action action{};
    Outcome outcome = Outcome::granted;
    Id session{};            // nil: no session (a worker, the daemon)
    std::string account{};   // or "system:NAME", "admin:USER"
    std::string protocol{};  // "sftp", "control", ""
    std::string rule{};      // FILE:LINE that decided; empty where none did
    std::string detail{};    // words for people and machines; never a personal field
    Id stream{};             // nil: about no file
    std::uint64_t bytes = 0;
    std::uint64_t count = 1;  // of equal events that this row stands for
    Digest32 policy{};        // hash of the policy it was decided under
    Personal personal{};

    bool operator==(const Event&) const = default;
};

/// A session's row: made at its first login attempt, ended once.
struct Session {
    Id id{};
    std::string protocol{}, listener{}, address{}, client{}, algorithms{}, account{},
        login_methods{};
    Timestamp started{};
    std::optional<Timestamp> ended{};
    std::string end_reason{};
    std::uint64_t files_in = 0, files_out = 0, bytes_in = 0, bytes_out = 0;
    // As in EventRow, for the address.
    bool address_readable = true;
    bool address_altered = false;

    bool operator==(const Session&) const = default;
};

}  // namespace consign::ledger

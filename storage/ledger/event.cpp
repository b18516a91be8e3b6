#include "storage/ledger/event.hpp"

#include <array>
#include <utility>

namespace consign::ledger {

namespace {

constexpr std::array action_names{
    std::pair{Action::daemon_started, std::string_view("daemon_started")},
    std::pair{Action::daemon_stopped, std::string_view("daemon_stopped")},
    std::pair{Action::policy_loaded, std::string_view("policy_loaded")},
    std::pair{Action::policy_refused, std::string_view("policy_refused")},
    std::pair{Action::login, std::string_view("login")},
    std::pair{Action::login_failed, std::string_view("login_failed")},
    std::pair{Action::session_ended, std::string_view("session_ended")},
    std::pair{Action::request_refused, std::string_view("request_refused")},
    std::pair{Action::protocol_violation, std::string_view("protocol_violation")},
    std::pair{Action::opened_for_reading, std::string_view("opened_for_reading")},
    std::pair{Action::retrieval_ended, std::string_view("retrieval_ended")},
    std::pair{Action::upload_opened, std::string_view("upload_opened")},
    std::pair{Action::deposited, std::string_view("deposited")},
    std::pair{Action::upload_broken_off, std::string_view("upload_broken_off")},
    std::pair{Action::upload_expired, std::string_view("upload_expired")},
    std::pair{Action::routed, std::string_view("routed")},
    std::pair{Action::renamed, std::string_view("renamed")},
    std::pair{Action::removed, std::string_view("removed")},
    std::pair{Action::folder_made, std::string_view("folder_made")},
    std::pair{Action::folder_removed, std::string_view("folder_removed")},
    std::pair{Action::attributes_set, std::string_view("attributes_set")},
    std::pair{Action::listed, std::string_view("listed")},
    std::pair{Action::hashed, std::string_view("hashed")},
    std::pair{Action::stat_refused, std::string_view("stat_refused")},
    std::pair{Action::destroyed, std::string_view("destroyed")},
    std::pair{Action::altered_content_found, std::string_view("altered_content_found")},
    std::pair{Action::quarantined, std::string_view("quarantined")},
    std::pair{Action::administrator_acted, std::string_view("administrator_acted")},
    std::pair{Action::acknowledged, std::string_view("acknowledged")},
    std::pair{Action::quarantine_released, std::string_view("quarantine_released")},
    std::pair{Action::quarantine_rejected, std::string_view("quarantine_rejected")},
    std::pair{Action::scanned, std::string_view("scanned")},
    std::pair{Action::hidden_once_collected, std::string_view("hidden_once_collected")},
    std::pair{Action::archived_once_collected, std::string_view("archived_once_collected")},
    std::pair{Action::name_ended_once_collected, std::string_view("name_ended_once_collected")},
    std::pair{Action::alert_told, std::string_view("alert_told")},
    std::pair{Action::alert_dropped, std::string_view("alert_dropped")},
    std::pair{Action::content_mended, std::string_view("content_mended")},
    std::pair{Action::scrub_ended, std::string_view("scrub_ended")},
    std::pair{Action::scrub_stopped, std::string_view("scrub_stopped")},
    std::pair{Action::expired, std::string_view("expired")},
    std::pair{Action::hold_added, std::string_view("hold_added")},
    std::pair{Action::hold_lifted, std::string_view("hold_lifted")},
    std::pair{Action::erasure_requested, std::string_view("erasure_requested")},
    std::pair{Action::clock_guarded, std::string_view("clock_guarded")},
    std::pair{Action::delivery_begun, std::string_view("delivery_begun")},
    std::pair{Action::delivered, std::string_view("delivered")},
    std::pair{Action::pulled, std::string_view("pulled")},
    std::pair{Action::removed_there, std::string_view("removed_there")},
    std::pair{Action::job_failed, std::string_view("job_failed")},
    std::pair{Action::job_buried, std::string_view("job_buried")},
    std::pair{Action::job_revived, std::string_view("job_revived")},
    std::pair{Action::job_cancelled, std::string_view("job_cancelled")},
    std::pair{Action::alarm_raised, std::string_view("alarm_raised")},
    std::pair{Action::fields_forgotten, std::string_view("fields_forgotten")},
    std::pair{Action::checkpoint_stamped, std::string_view("checkpoint_stamped")},
    std::pair{Action::receipt_read, std::string_view("receipt_read")},
};

constexpr std::array outcome_names{
    std::pair{Outcome::granted, std::string_view("granted")},
    std::pair{Outcome::refused, std::string_view("refused")},
    std::pair{Outcome::failed, std::string_view("failed")},
};

template <class Names, class Value>
std::string_view name_in(const Names& names, Value value) {
    for (const auto& [known, name] : names)
        if (known == value) return name;
    return "unknown";
}

}  // namespace

std::string_view name_of(Action action) {
    return name_in(action_names, action);
}

std::optional<Action> action_named(std::string_view name) {
    for (const auto& [action, known] : action_names)
        if (known == name) return action;
    return std::nullopt;
}

std::string_view name_of(Outcome outcome) {
    return name_in(outcome_names, outcome);
}

std::optional<Outcome> outcome_named(std::string_view name) {
    for (const auto& [outcome, known] : outcome_names)
        if (known == name) return outcome;
    return std::nullopt;
}

}  // namespace consign::ledger

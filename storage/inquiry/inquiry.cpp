#include "storage/inquiry/inquiry.hpp"

#include "storage/database/sqlite.hpp"
#include "storage/inquiry/catalog_tables.hpp"
#include "storage/inquiry/ledger_tables.hpp"

namespace consign::inquiry {

std::vector<std::unique_ptr<database::OfferedTable>> Inquiry::tables() {
    std::vector<std::unique_ptr<database::OfferedTable>> tables;
    tables.push_back(event_table(connection_, keys_, random_));
    tables.push_back(session_table(connection_, keys_, random_));
    tables.push_back(checkpoint_table(connection_));
    tables.push_back(file_table(connection_, keys_, random_));
    return tables;
}

std::expected<database::QuestionAnswer, std::string> Inquiry::ask(
    std::string_view sql, const database::QuestionBounds& bounds) {
    // One step of a question may be a walk through a whole table of ours.
    const auto deadline = std::chrono::steady_clock::now() + bounds.time;
    const database::Watch watch(connection_, [&bounds, deadline] {
        return bounds.stop.stop_requested() || std::chrono::steady_clock::now() > deadline;
    });
    return database::ask(sql, tables(), bounds);
}

}  // namespace consign::inquiry

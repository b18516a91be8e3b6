// Questions in SQL to the ledger and the catalog, whose sealed fields are opened on the way:
// docs/audit.md. Changes nothing, and lives on one connection.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "storage/database/question.hpp"
#include "storage/keyring/keyring.hpp"

namespace consign::database {
class Connection;
}

namespace consign::inquiry {

class Inquiry {
  public:
    Inquiry(database::Connection& connection, keyring::Keyring& keys, RandomSource& random)
        : connection_(connection), keys_(keys), random_(random) {}

    /// What may be asked about: event, session, checkpoint, file.
    [[nodiscard]] std::vector<std::unique_ptr<database::OfferedTable>> tables();
    /// An error is in words for who asked; it may repeat what was asked.
    [[nodiscard]] std::expected<database::QuestionAnswer, std::string> ask(
        std::string_view sql, const database::QuestionBounds& bounds = {});

  private:
    database::Connection& connection_;
    keyring::Keyring& keys_;
    RandomSource& random_;
};

}  // namespace consign::inquiry

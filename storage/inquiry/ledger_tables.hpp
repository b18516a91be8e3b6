// The ledger as questions in SQL see it: event, session, checkpoint. Each lives on the connection
// that it was made for.
#pragma once

#include <memory>

#include "base/random.hpp"
#include "storage/database/question.hpp"
#include "storage/keyring/keyring.hpp"

namespace consign::database {
class Connection;
}

namespace consign::inquiry {

[[nodiscard]] std::unique_ptr<database::OfferedTable> event_table(database::Connection& connection,
                                                                  const keyring::Keyring& keys,
                                                                  RandomSource& random);
[[nodiscard]] std::unique_ptr<database::OfferedTable> session_table(
    database::Connection& connection, const keyring::Keyring& keys, RandomSource& random);
[[nodiscard]] std::unique_ptr<database::OfferedTable> checkpoint_table(
    database::Connection& connection);

}  // namespace consign::inquiry

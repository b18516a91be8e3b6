// The catalog as questions in SQL see it: file.
#pragma once

#include <memory>

#include "base/random.hpp"
#include "storage/database/question.hpp"
#include "storage/keyring/keyring.hpp"

namespace consign::database {
class Connection;
}

namespace consign::inquiry {

/// One row a name of a file. Lives on the connection that it was made for.
[[nodiscard]] std::unique_ptr<database::OfferedTable> file_table(database::Connection& connection,
                                                                 const keyring::Keyring& keys,
                                                                 RandomSource& random);

}  // namespace consign::inquiry

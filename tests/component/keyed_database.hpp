// A database with its keyring, on a real disk, on one connection of the test's own thread.
#pragma once

#include <boost/test/unit_test.hpp>
#include <memory>

#include "base/disk.hpp"
#include "base/random.hpp"
#include "storage/database/migrations.hpp"
#include "storage/database/sqlite.hpp"
#include "storage/keyring/keyring.hpp"
#include "tests/component/temporary_folder.hpp"

namespace consign {

struct KeyedDatabase {
    TemporaryFolder folder;
    PosixDisk disk;
    SystemRandom random;
    SecretKey root = random.key();
    std::unique_ptr<keyring::Keyring> keys;
    std::unique_ptr<database::Connection> connection;

    explicit KeyedDatabase(Timestamp now = {}) {
        const auto file = folder.path() / "keyring.json";
        BOOST_REQUIRE(keyring::Keyring::create(disk, file, root, random, now).has_value());
        keys = std::move(*keyring::Keyring::open(disk, file, root, random));
        connection = std::move(*database::Connection::open(folder.path() / "consign.db",
                                                           database::Connection::Mode::read_write));
        BOOST_REQUIRE(database::migrate(*connection).has_value());
    }
    void run(const char* sql) { BOOST_REQUIRE(connection->run_script(sql).has_value()); }
};

}  // namespace consign

// A database in a temporary folder, with one table of numbers.
#pragma once

#include <boost/test/unit_test.hpp>
#include <future>
#include <memory>

#include "storage/database/database.hpp"
#include "tests/component/temporary_folder.hpp"

namespace consign::testing {

using database::Connection;
using database::Database;

struct DatabaseSite {
    TemporaryFolder folder;
    std::filesystem::path file = folder.path() / "consign.db";
    std::unique_ptr<Database> database = open();

    DatabaseSite() {
        BOOST_REQUIRE(write([](Connection& connection) {
                          return connection.run_script(
                              "CREATE TABLE marks (number INTEGER PRIMARY KEY) STRICT");
                      }).has_value());
    }
    [[nodiscard]] std::unique_ptr<Database> open() const {
        auto opened = Database::open(file);
        BOOST_REQUIRE(opened.has_value());
        return std::move(*opened);
    }
    Result<> write(Database::Job job) {
        std::promise<Result<>> outcome;
        database->write(std::move(job), [&](Result<> done) { outcome.set_value(done); });
        return outcome.get_future().get();
    }
    std::int64_t count() {
        std::int64_t marks = -1;
        const auto read = database->read([&](Connection& connection) -> Result<> {
            auto query = connection.query("SELECT count(*) FROM marks");
            if (const auto row = query.next(); !row) return failure(row.error());
            marks = query.integer(0);
            return {};
        });
        BOOST_REQUIRE(read.has_value());
        return marks;
    }
};

/// As somebody else sees it, who waits for nothing.
inline std::int64_t marks_in(const std::filesystem::path& file, Connection::Mode mode) {
    const auto other = Connection::open(file, mode);
    BOOST_REQUIRE(other.has_value());
    auto query = (*other)->query("SELECT count(*) FROM marks");
    BOOST_REQUIRE(query.next().has_value());
    return query.integer(0);
}

inline Database::Job mark(std::int64_t number) {
    return [number](Connection& connection) {
        return connection.run("INSERT INTO marks VALUES (?)", number);
    };
}

inline void ignore(const Result<>& /*outcome*/) {}

}  // namespace consign::testing

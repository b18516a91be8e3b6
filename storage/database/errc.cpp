#include "storage/database/errc.hpp"

namespace consign::database {

namespace {

class Category final : public std::error_category {
  public:
    const char* name() const noexcept override { return "database"; }
    std::string message(int code) const override {
        switch (static_cast<database_errc>(code)) {
            case database_errc::bug:
                return "a bug in a database job; it was undone";
            case database_errc::overloaded:
                return "the database is overloaded: too many changes wait";
            case database_errc::newer:
                return "the database was made by a newer version of Consign; run that one";
            case database_errc::not_ours:
                return "the database file belongs to another program, or its tables were altered";
            case database_errc::altered_cell:
                return "a sealed cell of the database was altered";
            case database_errc::no_write_ahead_log:
                return "this file system cannot carry SQLite's write-ahead log: keep the data "
                       "folder "
                       "on a local one";
            case database_errc::undone:
                return "the change was undone together with another one that failed";
            case database_errc::in_use:
                return "another program reads in the database, so that its log cannot be copied "
                       "into it: end that program (a backup, or sqlite3), then start again";
        }
        return "unknown database error";
    }
};

}  // namespace

std::error_code make_error_code(database_errc code) {
    static const Category category;
    return {static_cast<int>(code), category};
}

}  // namespace consign::database

#include "storage/inquiry/catalog_tables.hpp"

#include <array>
#include <utility>

#include "storage/catalog/catalog.hpp"
#include "storage/database/sqlite.hpp"
#include "storage/inquiry/cells.hpp"
#include "storage/ledger/query_text.hpp"

namespace consign::inquiry {

namespace {

using database::OfferedTable;
using database::Value;
using Column = OfferedTable::Column;

constexpr auto file_columns =
    std::to_array<Column>({{"number", "INTEGER", "of the name, in the order they were given", true},
                           {"stream", "TEXT", "id of the content", true},
                           {"made_by", "TEXT", "account that gave the name"},
                           {"created", "TEXT", "UTC: when it got the name"},
                           {"size", "INTEGER", "bytes"},
                           {"depositor", "TEXT", "account whose content it is"},
                           {"path", "TEXT", "of the whole tree (sealed)"},
                           {"sha256", "TEXT", "of the content (sealed)"}});

enum FileCell : int {
    file_number,
    file_stream,
    file_made_by,
    file_created,
    file_size,
    file_depositor,
    file_path,
    file_sha256,
};

class FileRows final : public OfferedTable::Rows {
  public:
    FileRows(database::Statement query, database::Connection& connection,
             const keyring::Keyring& keys, RandomSource& random)
        : query_(std::move(query)), catalog_(connection, keys, random) {}

    Result<bool> next() override { return query_.next(); }

    Result<Value> value(int column) override {
        switch (column) {
            case file_number:
                return query_.integer(0);
            case file_stream:
                return query_.id(1).hex();
            case file_made_by:
                return shown(query_.text(2));
            case file_created:
                return shown(query_.time(3));
            case file_size:
                return query_.integer(4);
            case file_depositor:
                return shown(query_.text(5));
            case file_path: {
                const auto path = catalog_.path_of(query_.integer(0));
                return path ? Value(path->display()) : Value();
            }
            default: {
                const auto file = catalog_.file(query_.integer(6));
                return file ? Value(to_hex(file->sha256)) : Value();
            }
        }
    }

  private:
    database::Statement query_;
    catalog::Catalog catalog_;
};

class FileTable final : public OfferedTable {
  public:
    FileTable(database::Connection& connection, const keyring::Keyring& keys, RandomSource& random)
        : connection_(connection), keys_(keys), random_(random) {}

    const char* name() const override { return "file"; }
    std::span<const Column> columns() const override { return file_columns; }

    Result<std::unique_ptr<Rows>> open(std::span<const database::Restriction> given,
                                       bool descending) override {
        const Numbers numbers = numbers_of(given, file_number);
        const auto stream = id_of(given, file_stream);
        ledger::QueryText text(
            "SELECT n.id, f.stream, n.made_by, n.created, f.size_bytes,"
            " f.depositor, f.id FROM nodes n JOIN files f ON f.id = n.file");
        text.where(true, "n.id >= ? AND n.id <= ?");
        text.where(stream.has_value(), "f.stream = ?");
        auto query = connection_.query(
            text.then(descending ? Literal(" ORDER BY n.id DESC") : Literal(" ORDER BY n.id")),
            numbers.first, numbers.last);
        if (stream) query.bind(*stream);
        return std::make_unique<FileRows>(std::move(query), connection_, keys_, random_);
    }

  private:
    database::Connection& connection_;
    const keyring::Keyring& keys_;
    RandomSource& random_;
};

}  // namespace

std::unique_ptr<OfferedTable> file_table(database::Connection& connection,
                                         const keyring::Keyring& keys, RandomSource& random) {
    return std::make_unique<FileTable>(connection, keys, random);
}

}  // namespace consign::inquiry

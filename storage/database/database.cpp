#include "storage/database/database.hpp"

#include <future>
#include <utility>

#include "storage/database/errc.hpp"
#include "storage/database/migrations.hpp"

namespace consign::database {

namespace {

/// A read transaction, ended on every way out.
class Snapshot {
  public:
    explicit Snapshot(Connection& connection)
        : connection_(connection), begun_(connection.run("BEGIN")) {}
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;
    ~Snapshot() { connection_.end_snapshot(); }
    [[nodiscard]] const Result<>& begun() const { return begun_; }

  private:
    Connection& connection_;
    Result<> begun_;
};

/// Whoever reads in the database keeps the log as it is; a backup may be through in a moment.
Result<> copy_left_log(Connection& connection) {
    constexpr int tries =
        Connection::busy_timeout_milliseconds / Connection::truncate_timeout_milliseconds;
    for (int left = tries; left > 0; --left) {
        const auto copied = connection.truncate_log();
        if (!copied) return failure(copied.error());
        if (*copied) return {};
    }
    return failure(database_errc::in_use);
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& path) {
    auto connection = Connection::open(path, Connection::Mode::read_write);
    if (!connection) return failure(connection.error());
    if (const auto migrated = migrate(**connection); !migrated) return failure(migrated.error());
    if (const auto ours = check_schema(**connection); !ours) return failure(ours.error());
    if (const auto copied = copy_left_log(**connection); !copied) return failure(copied.error());
    return std::unique_ptr<Database>(new Database(path, std::move(*connection)));
}

Result<std::unique_ptr<Connection>> Database::take_reader() {
    {
        const std::lock_guard lock(mutex_);
        if (!idle_readers_.empty()) {
            auto reader = std::move(idle_readers_.back());
            idle_readers_.pop_back();
            return reader;
        }
    }
    return Connection::open(path_, Connection::Mode::read);
}

Result<> Database::read(const std::function<Result<>(Connection&)>& query) {
    writer_.wait_for_commit();
    auto reader = take_reader();
    if (!reader) return failure(reader.error());
    const auto give_back = [this](Connection* connection) {
        const std::lock_guard lock(mutex_);
        idle_readers_.emplace_back(connection);
    };
    Result<> answer;
    {
        const std::unique_ptr<Connection, decltype(give_back)> held(reader->release(), give_back);
        const Snapshot snapshot(*held);
        answer = snapshot.begun() ? query(*held) : snapshot.begun();
    }
    writer_.wait_for_sync();
    return answer;
}

Result<bool> Database::truncate_log() {
    std::promise<Result<bool>> promise;
    writer_.truncate_log([&promise](Result<bool> truncated) { promise.set_value(truncated); });
    return promise.get_future().get();
}

}  // namespace consign::database

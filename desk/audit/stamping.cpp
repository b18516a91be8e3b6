#include "desk/audit/stamping.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/descriptor.hpp"
#include "base/evp.hpp"
#include "base/fault_point.hpp"
#include "base/last_error.hpp"
#include "desk/site/alarm.hpp"
#include "desk/site/rfc3339.hpp"
#include "desk/site/system_event.hpp"

namespace consign::desk {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

constexpr Literal account("system:timestamps");
constexpr Literal trouble("timestamps_failing");
constexpr std::size_t files_at_once = 256;

Result<> write_whole(int file, ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return last_error();
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    if (::fsync(file) != 0) return last_error();
    return {};
}

/// Under its own name only once all of it is there.
Result<> write_file(const fs::path& path, ByteView bytes) {
    const fs::path unfinished = path.string() + ".tmp";
    const Descriptor file{
        ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (!file.is_open()) return last_error();
    if (auto written = write_whole(file.get(), bytes); !written) return written;
    fault_point("timestamps.file_written");
    if (::rename(unfinished.c_str(), path.c_str()) != 0) return last_error();
    return {};
}

/// Those that the folder lacks. The answer comes last: where it is, its text is.
Result<> write_missing(const fs::path& folder, const std::vector<ledger::Stamped>& stamped) {
    if (stamped.empty()) return {};
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return last_error();
    bool wrote = false;
    for (const ledger::Stamped& one : stamped) {
        const fs::path answer = folder / fmt::format("{}.tsr", one.checkpoint.sequence);
        if (::access(answer.c_str(), F_OK) == 0) continue;
        const fs::path text = folder / fmt::format("{}.checkpoint", one.checkpoint.sequence);
        if (auto done = write_file(text, as_bytes(one.checkpoint.text)); !done) return done;
        if (auto done = write_file(answer, one.answer); !done) return done;
        wrote = true;
    }
    if (!wrote) return {};
    const Descriptor itself{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!itself.is_open() || ::fsync(itself.get()) != 0) return last_error();
    return {};
}

Result<> raise(Site& site, Transaction& transaction, bool mended,
               std::map<std::string, std::uint64_t> counts) {
    const auto policy = site.policy.current();
    return raise_alarm(
        site, transaction, *policy, account,
        {.what = trouble, .alerts = policy->alert, .mended = mended, .counts = std::move(counts)});
}

}  // namespace

asio::awaitable<Result<std::optional<ledger::Ledger::Checkpoint>>> checkpoint_to_stamp(Site& site) {
    co_return co_await site.store.read(
        [](Transaction& transaction) { return transaction.timestamps.due(); });
}

Digest32 imprint_of(const ledger::Ledger::Checkpoint& checkpoint) {
    return evp::sha256({as_bytes(checkpoint.text)});
}

asio::awaitable<Result<>> keep_stamp(Site& site, ledger::Stamped stamped,
                                     const rfc3161::Answer& answer) {
    auto event = system_event(site, ledger::Action::checkpoint_stamped, account);
    event.detail =
        ledger::checkpoint_stamped_words(stamped.checkpoint.sequence, rfc3339(answer.time));
    fault_point("timestamps.keeping");
    const auto kept = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        if (auto done = transaction.timestamps.keep(stamped.checkpoint.sequence, stamped.answer);
            !done)
            return done;
        fault_point("timestamps.kept");
        if (auto done = append(transaction, event); !done) return done;
        const auto ended = transaction.queue.end_trouble(trouble.view());
        if (!ended) return failure(ended.error());
        return *ended ? raise(site, transaction, true, {}) : Result<>{};
    });
    if (!kept) co_return kept;
    fault_point("timestamps.durable");
    co_return co_await write_stamp_files(site);
}

asio::awaitable<Result<>> write_stamp_files(Site& site) {
    const auto newest = co_await site.store.read(
        [](Transaction& transaction) { return transaction.timestamps.newest(files_at_once); });
    if (!newest) co_return failure(newest.error());
    const fs::path folder = site.policy.current()->data / timestamps_folder;
    auto write = [&] { return write_missing(folder, *newest); };
    const auto written = co_await offload(site.store.pool(), write);
    fault_point("timestamps.files_written");
    co_return written;
}

asio::awaitable<Result<>> tell_of_no_stamps(Site& site, std::uint64_t failures) {
    co_return co_await site.store.write([&](Transaction& transaction) -> Result<> {
        const auto begun = transaction.queue.begin_trouble(trouble.view(), site.clock.now());
        if (!begun) return failure(begun.error());
        if (!*begun) return {};
        return raise(site, transaction, false, {{"failures", failures}});
    });
}

asio::awaitable<Result<std::optional<LastStamp>>> last_stamp(Site& site) {
    const auto last = co_await site.store.read(
        [](Transaction& transaction) { return transaction.timestamps.last(); });
    if (!last) co_return failure(last.error());
    if (!*last) co_return std::nullopt;
    auto answer = rfc3161::read((*last)->answer);
    if (!answer) co_return failure(answer.error());
    co_return LastStamp{(*last)->checkpoint.sequence, *std::move(answer)};
}

}  // namespace consign::desk

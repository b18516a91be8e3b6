#include "desk/audit/checkpointing.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/descriptor.hpp"
#include "base/fault_point.hpp"
#include "base/last_error.hpp"
#include "desk/site/alarm.hpp"
#include "storage/ledger/errc.hpp"

namespace consign::desk {

namespace asio = boost::asio;
using ledger::Ledger;
using ledger::Marker;

namespace {

constexpr std::size_t lines_at_once = 256;
constexpr std::size_t rows_at_once = 10'000;

/// What the last whole line vouches for; nothing where there is none. A line that a crash cut short
/// is cut off.
Result<std::optional<SignedCheckpoint>> last_written(int file) {
    const off_t size = ::lseek(file, 0, SEEK_END);
    if (size < 0) return last_error();
    constexpr off_t tail_bytes = 8192;
    const off_t from = std::max<off_t>(0, size - tail_bytes);
    std::string tail(static_cast<std::size_t>(size - from), '\0');
    const ssize_t got = ::pread(file, tail.data(), tail.size(), from);
    if (got < 0) return last_error();
    tail.resize(static_cast<std::size_t>(got));
    const std::size_t end = tail.rfind('\n');
    const std::size_t whole = end == std::string::npos ? 0 : end + 1;
    if (whole < tail.size() && ::ftruncate(file, from + static_cast<off_t>(whole)) != 0)
        return last_error();
    if (whole == 0) return std::nullopt;
    const std::size_t before = end == 0 ? std::string::npos : tail.rfind('\n', end - 1);
    const std::size_t begin = before == std::string::npos ? 0 : before + 1;
    return from_checkpoint_line(std::string_view(tail).substr(begin, end - begin));
}

/// The file, until it is closed nobody else's: the worker and `audit export` may both come, and
/// what one has not written to its end yet looks to the other like what a crash cut short.
Result<Descriptor> open_alone(const std::filesystem::path& path) {
    Descriptor file{
        ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (!file.is_open()) return last_error();
    while (::flock(file.get(), LOCK_EX) != 0)
        if (errno != EINTR) return last_error();
    return file;
}

Result<std::optional<SignedCheckpoint>> last_written_at(const std::filesystem::path& path) {
    const auto file = open_alone(path);
    if (!file) return failure(file.error());
    return last_written(file->get());
}

/// All that the file lacks.
Result<> append_lines(const std::filesystem::path& path,
                      const std::vector<Ledger::Checkpoint>& checkpoints) {
    const auto file = open_alone(path);
    if (!file) return failure(file.error());
    const auto last = last_written(file->get());
    if (!last) return failure(last.error());
    const std::int64_t written_so_far = *last ? (*last)->checkpoint.sequence : 0;
    std::string lines;
    for (const Ledger::Checkpoint& checkpoint : checkpoints)
        if (checkpoint.sequence > written_so_far)
            lines += checkpoint_line(checkpoint.text, checkpoint.signature);
    for (std::string_view rest = lines; !rest.empty();) {
        const ssize_t written = ::write(file->get(), rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return last_error();
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(file->get()) != 0) return last_error();
    return {};
}

/// What was vouched for last, in the database and in the file, by this very key; from the first row
/// on where nothing was. Nothing where what stands there is not ours.
Result<std::optional<std::vector<Marker>>> vouched_for(
    Transaction& transaction, const Ed25519Key& witness,
    const std::optional<SignedCheckpoint>& written) {
    std::vector<Marker> markers;
    const auto start = transaction.ledger.hash_of(0);
    if (!start) return failure(start.error());
    if (*start) markers.push_back({0, **start});
    const auto kept = transaction.ledger.last_checkpoint();
    if (!kept) return failure(kept.error());
    if (*kept) {
        const auto checkpoint = verified_checkpoint((*kept)->text, (*kept)->signature);
        if (!checkpoint || checkpoint->checkpoint.sequence != (*kept)->sequence)
            return std::nullopt;
        // After a change of the key, the old one's word is for `audit verify` to look at.
        if (checkpoint->signer == witness.public_key())
            markers.push_back({checkpoint->checkpoint.sequence, checkpoint->checkpoint.hash});
    }
    if (written && written->signer == witness.public_key())
        markers.push_back({written->checkpoint.sequence, written->checkpoint.hash});
    std::ranges::sort(markers, {}, &Marker::sequence);
    return markers;
}

/// Does the row have the marker's hash, by what stands in it and by the row before? Its hash alone
/// tells nothing: it stays where the row is changed.
Result<bool> is_in_chain(Transaction& transaction, const Marker& marker) {
    const auto before = transaction.ledger.hash_of(std::max<std::int64_t>(marker.sequence - 1, 0));
    if (!before) return failure(before.error());
    if (marker.sequence == 0) return *before == marker.hash;
    if (!*before) return false;
    const auto reached = transaction.ledger.follow({marker.sequence - 1, **before}, 1);
    if (!reached) return failure(reached.error());
    return *reached && (*reached)->sequence == marker.sequence && (*reached)->hash == marker.hash;
}

/// The last row, where each row since the last marker follows the one before it, and all markers
/// stand in the chain. ledger_errc::not_what_was_vouched_for.
asio::awaitable<Result<Marker>> sound_head(Site& site,
                                           const std::optional<SignedCheckpoint>& written) {
    const std::error_code unsound = ledger::ledger_errc::not_what_was_vouched_for;
    auto markers = co_await site.store.read(
        [&](Transaction& transaction) { return vouched_for(transaction, *site.witness, written); });
    if (!markers) co_return failure(markers.error());
    if (!*markers) co_return failure(unsound);
    if ((*markers)->empty()) co_return Marker{};
    for (const Marker& marker : **markers) {
        const auto stands = co_await site.store.read(
            [&](Transaction& transaction) { return is_in_chain(transaction, marker); });
        if (!stands) co_return failure(stands.error());
        if (!*stands) co_return failure(unsound);
    }
    Marker reached = (*markers)->back();
    for (;;) {
        const auto next = co_await site.store.read([&](Transaction& transaction) {
            return transaction.ledger.follow(reached, rows_at_once);
        });
        if (!next) co_return failure(next.error());
        if (!*next) co_return failure(unsound);
        if ((*next)->sequence == reached.sequence) co_return reached;
        reached = **next;
    }
}

}  // namespace

asio::awaitable<Result<>> make_checkpoint(Site& site) {
    if (!site.witness) co_return Result<>{};
    const auto path = DataFolder::checkpoints_in(site.policy.current()->data);
    auto read_last = [&] { return last_written_at(path); };
    const auto written = co_await offload(site.store.pool(), read_last);
    if (!written) co_return failure(written.error());
    const auto head = co_await sound_head(site, *written);
    if (!head) co_return failure(head.error());
    std::vector<Ledger::Checkpoint> to_write;
    const auto kept = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        const auto last = transaction.ledger.last_checkpoint();
        if (!last) return failure(last.error());
        const auto now = transaction.ledger.head();
        if (!now) return failure(now.error());
        const std::int64_t vouched = *last ? (*last)->sequence : 0;
        if (*now && head->sequence > vouched) {
            Ledger::Checkpoint made{.sequence = head->sequence,
                                    .text = checkpoint_text({.chain = (*now)->chain,
                                                             .sequence = head->sequence,
                                                             .hash = head->hash,
                                                             .time = site.clock.now()}),
                                    .signature = {}};
            made.signature = ssh_sign(*site.witness, checkpoint_purpose, as_bytes(made.text));
            if (auto done = transaction.ledger.keep_checkpoint(made); !done) return done;
        }
        auto newest = transaction.ledger.newest_checkpoints(lines_at_once);
        if (!newest) return failure(newest.error());
        to_write = *std::move(newest);
        return {};
    });
    if (!kept || to_write.empty()) co_return kept;
    fault_point("checkpoint.kept");
    auto append = [&] { return append_lines(path, to_write); };
    co_return co_await offload(site.store.pool(), append);
}

asio::awaitable<void> tell_of_changed_ledger(Site& site) {
    const auto policy = site.policy.current();
    const auto told = co_await site.store.write([&](Transaction& transaction) {
        return raise_alarm(site, transaction, *policy, "system:witness",
                           {.what = "ledger_changed", .alerts = policy->alert});
    });
    if (!told) site.log.error("an alarm could not be raised", {{"why", told.error()}});
}

asio::awaitable<Result<CheckpointState>> checkpoint_state(Site& site) {
    co_return co_await site.store.read([](Transaction& transaction) -> Result<CheckpointState> {
        const auto head = transaction.ledger.head();
        if (!head) return failure(head.error());
        const auto last = transaction.ledger.last_checkpoint();
        if (!last) return failure(last.error());
        return CheckpointState{.rows = *head ? (*head)->sequence : 0,
                               .vouched = *last ? (*last)->sequence : 0};
    });
}

}  // namespace consign::desk

// A desk over a store in a temporary folder, its policy from a small text, its clock in the test's
// hand, and the peers who call on it. Everything runs on one thread: a call returns when what it
// began has ended.
#pragma once

#include <atomic>
#include <boost/asio.hpp>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "component/small_journal.hpp"
#include "desk/desk.hpp"
#include "desk/housekeeping.hpp"
#include "policy/load.hpp"
#include "storage/database/sqlite.hpp"
#include "storage/open_store.hpp"
#include "temporary_folder.hpp"

namespace consign::testing {

/// Stands still until it is moved.
class HandClock final : public Clock {
  public:
    HandClock() = default;
    HandClock(const HandClock& other) : microseconds_(other.microseconds_.load()) {}
    [[nodiscard]] Timestamp now() const override { return from_microseconds(microseconds_); }
    void advance(std::chrono::microseconds step) { microseconds_ += step.count(); }

  private:
    std::atomic<std::int64_t> microseconds_{1'795'500'000'000'000};  // 2026-11
};

/// "right", cheap on purpose: a crypt(3) string with as few rounds as it may have.
inline constexpr std::string_view right_hash =
    "$5$rounds=1000$saltsalt$yYZoCURThim4Yn132s/3Pu/.JQpY6iHeknDBMqNKKs2";

/// Who is there, unless a test says otherwise. `lab` may do all in its home; `drop` may only bring;
/// `collector` and `rival` share the home of `drop`; `partner` gets what routes copy.
inline constexpr std::string_view depot = R"(version: 1
accounts:
  lab:
    home: /lab
    login: {any_of: [password], password: HASH}
    grants:
      - {path: /**, may: [list, download, upload, overwrite, append, rename, delete, mkdir]}
  drop:
    home: /drop
    login: {any_of: [password], password: HASH}
    grants:
      - {path: /in/**, may: [upload]}
  collector:
    home: /drop
    login: {any_of: [password], password: HASH}
    grants:
      - {path: /in/**, may: [list, download]}
  rival:
    home: /drop
    login: {any_of: [password], password: HASH}
    grants:
      - {path: /**, may: [list, download, upload]}
  partner:
    home: /partner
    login: {any_of: [password], password: HASH}
    grants:
      - {path: /out/**, may: [list, download]}
routes:
  - name: messages
    when: {path: /drop/in/**, name: "*.hl7"}
    to: [{copy: "/partner/out/{name}"}]
)";

[[nodiscard]] inline VirtualPath at(std::string_view text) {
    return VirtualPath::parse(text).value();
}

[[nodiscard]] inline Bytes content_of(std::size_t size, std::uint64_t seed = 1) {
    std::mt19937_64 engine(seed);
    Bytes bytes(size);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(engine());
    return bytes;
}

template <class T>
T required(Result<T> result) {
    BOOST_REQUIRE_MESSAGE(result.has_value(), (result ? std::string() : result.error().message()));
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// Nothing where it succeeded.
template <class T>
[[nodiscard]] std::error_code error_of(const Result<T>& result) {
    return result ? std::error_code() : result.error();
}

inline constexpr desk::UploadMode fresh{
    .create = true, .exclusive = false, .truncate = true, .append = false};
inline constexpr desk::UploadMode resuming{
    .create = true, .exclusive = false, .truncate = false, .append = false};

class DeskSite {
  public:
    HandClock clock;

    /// With `disk`, sealed files and keys are on that; the database always is on the real one.
    explicit DeskSite(std::string_view policy_text = depot, Disk* disk = nullptr)
        : disk_(disk ? *disk : real_disk_), live_policy_(load(policy_text)) {
        if (disk) make_folders_above(data());
        required(create_store(disk_, data(), SecretKey{}, random_, clock.now()));
        open();
        required(run(desk::recover(*site_)));
    }
    /// What a dead process left: these files, under this policy, at this time. The start's recovery
    /// has been done.
    DeskSite(const DeskSite& dead, const std::filesystem::path& files)
        : clock(dead.clock),
          policy_text_(dead.policy_text_),
          disk_(real_disk_),
          live_policy_(dead.live_policy_.current()) {
        std::filesystem::copy(files, data(), std::filesystem::copy_options::recursive);
        clock.advance(std::chrono::seconds(1));
        open();
        required(run(desk::recover(*site_)));
    }
    ~DeskSite() { close(); }
    DeskSite(const DeskSite&) = delete;
    DeskSite& operator=(const DeskSite&) = delete;

    void close() {
        site_.reset();
        store_.reset();
    }
    /// Closes, and starts anew on the same folder. Peers must have gone.
    void restart() {
        close();
        clock.advance(std::chrono::seconds(1));
        open();
        required(run(desk::recover(*site_)));
    }

    /// What somebody with the database file, and no key, could do to it; in its own transaction.
    void alter(const char* sql) {
        const auto connection = required(database::Connection::open(
            data() / "consign.db", database::Connection::Mode::read_write));
        required(connection->run_script(sql));
    }

    template <class T>
    T run(boost::asio::awaitable<T> work) {
        std::optional<T> value;
        boost::asio::co_spawn(io_, std::move(work), [&value](std::exception_ptr thrown, T came) {
            if (thrown) std::rethrow_exception(thrown);
            value.emplace(std::move(came));
        });
        io_.restart();
        io_.run();
        return std::move(value).value();
    }
    void run(boost::asio::awaitable<void> work) {
        boost::asio::co_spawn(io_, std::move(work), [](std::exception_ptr thrown) {
            if (thrown) std::rethrow_exception(thrown);
        });
        io_.restart();
        io_.run();
    }
    /// One transaction that looks.
    template <class Verb>
    auto read(Verb verb) {
        return required(run(store_->read(std::move(verb))));
    }

    [[nodiscard]] desk::Site& site() { return *site_; }
    [[nodiscard]] Store& store() { return *store_; }
    [[nodiscard]] vault::Vault& vault() { return store_->vault(); }
    [[nodiscard]] std::filesystem::path data() const { return folder_.path() / "data"; }
    [[nodiscard]] std::filesystem::path vault_path(const Id& stream) const {
        return data() / "vault" / stream.hex().substr(0, 2) / stream.hex();
    }
    void use_policy(std::string_view text) { live_policy_.replace(load(text)); }
    [[nodiscard]] const std::string& policy_text() const { return policy_text_; }
    void look_after() { run(desk::look_after(*site_)); }

    /// "a.yaml:LINE" of the line in the policy in force that holds `marker`.
    [[nodiscard]] std::string rule(std::string_view marker) const {
        const auto found = policy_text_.find(marker);
        BOOST_REQUIRE_MESSAGE(found != std::string::npos, "no rule " << marker);
        const auto line = 1 + std::ranges::count(policy_text_.substr(0, found), '\n');
        return "policy.d/a.yaml:" + std::to_string(line);
    }

    /// Events since the last time that this was asked.
    std::vector<ledger::Event> new_events() {
        const auto rows = read([](Transaction& transaction) {
            return transaction.search.events({.limit = 1'000'000});
        });
        std::vector<ledger::Event> events;
        for (const auto& row : rows)
            if (row.sequence > events_seen_) events.push_back(row.event);
        if (!rows.empty()) events_seen_ = rows.back().sequence;
        return events;
    }
    /// The same, as "ACTION OUTCOME RULE", a line each.
    std::string told() {
        std::string lines;
        for (const ledger::Event& event : new_events())
            lines.append(name_of(event.action))
                .append(" ")
                .append(name_of(event.outcome))
                .append(" ")
                .append(event.rule)
                .append("\n");
        return lines;
    }
    [[nodiscard]] catalog::Usage usage(std::string_view folder) {
        return read(
            [&](Transaction& transaction) { return transaction.catalog.usage(at(folder)); });
    }
    [[nodiscard]] std::vector<Id> committed() { return required(vault().committed()); }
    [[nodiscard]] std::vector<Id> staged() { return required(vault().staged()); }

  private:
    std::shared_ptr<const policy::Policy> load(std::string_view text) {
        policy_text_ = text;
        for (std::size_t hole; (hole = policy_text_.find("HASH")) != std::string::npos;)
            policy_text_.replace(hole, 4, right_hash);
        write("consign.yaml",
              "version: 1\nsite: depot.example\ndata: data\npolicy: policy.d/*.yaml\n"
              "keys: {root: \"file:root.key\"}\n"
              "limits: {sessions_per_account: 2, unfinished_uploads_kept: 1 day}\n"
              "listeners: [{name: labs, protocol: sftp, bind: \"127.0.0.1:0\", host_keys: "
              "[host]}]\n");
        write("policy.d/a.yaml", policy_text_);
        const auto loaded = policy::load(folder_.path() / "consign.yaml", clock.now());
        std::string problems;
        for (const auto& problem : loaded.problems) problems += problem.text() + "\n";
        BOOST_REQUIRE_MESSAGE(loaded.policy != nullptr, problems);
        return loaded.policy;
    }
    void write(const std::string& name, std::string_view text) {
        const auto file = folder_.path() / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << text;
    }
    void make_folders_above(const std::filesystem::path& path) {
        std::filesystem::path above;
        for (const auto& part : path) {
            above /= part;
            if (above != "/") required(disk_.make_directory(above));
            required(disk_.sync_directory(above.parent_path()));
        }
    }
    void open() {
        store_ = required(open_store(disk_, data(), SecretKey{}, random_, 2, {}, small_journal));
        site_.reset(new desk::Site{.store = *store_,
                                   .policy = live_policy_,
                                   .clock = clock,
                                   .random = random_,
                                   .log = log_,
                                   .passwords = passwords_,
                                   .started = clock.now()});
    }

    boost::asio::io_context io_;  // outlives the store
    TemporaryFolder folder_;
    std::string policy_text_;
    PosixDisk real_disk_;
    Disk& disk_;
    SystemRandom random_;
    Log log_{Log::Format::text, Log::Level::error, -1};
    desk::Passwords passwords_;
    desk::LivePolicy live_policy_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<desk::Site> site_;
    std::int64_t events_seen_ = 0;
};

/// One session of one account, logged in.
class Peer {
  public:
    Peer(DeskSite& site, const std::string& account)
        : site_(site),
          session(site.site(), "sftp", "labs", boost::asio::ip::make_address("192.0.2.1")),
          desk_(as(account), account, {}) {}

    Result<desk::Attributes> stat(std::string_view path) { return site_.run(desk_.stat(at(path))); }
    [[nodiscard]] bool sees(std::string_view path) { return stat(path).has_value(); }
    /// The names in a folder, sorted.
    Result<std::vector<std::string>> list(std::string_view path) {
        const auto listing = site_.run(desk_.list(at(path)));
        if (!listing) return failure(listing.error());
        std::vector<std::string> names;
        for (;;) {
            const auto page = site_.run((*listing)->next(3));
            if (!page) return failure(page.error());
            if (page->empty()) break;
            for (const auto& entry : *page) names.push_back(entry.name);
        }
        std::ranges::sort(names);
        return names;
    }
    Result<std::shared_ptr<desk::Upload>> open(std::string_view path,
                                               desk::UploadMode mode = fresh) {
        return site_.run(desk_.open_upload(at(path), mode));
    }
    Result<> write(desk::Upload& upload, std::uint64_t offset, ByteView bytes) {
        const std::array<desk::Upload::Range, 1> ranges{{{offset, bytes}}};
        return site_.run(upload.write(ranges));
    }
    Result<Bytes> read(desk::Upload& upload) {
        Bytes bytes(upload.size_bytes() + 1);
        const auto count = site_.run(upload.read(0, bytes));
        if (!count) return failure(count.error());
        bytes.resize(*count);
        return bytes;
    }
    Result<> resize(desk::Upload& upload, std::uint64_t size_bytes) {
        return site_.run(upload.resize(size_bytes));
    }
    Result<> resize(std::string_view path, std::uint64_t size_bytes) {
        return site_.run(desk_.resize(at(path), size_bytes));
    }
    Result<> finish(desk::Upload& upload) { return site_.run(upload.finish()); }
    void break_off(desk::Upload& upload) { site_.run(upload.break_off()); }
    /// From OPEN to CLOSE.
    Result<> put(std::string_view path, ByteView bytes, desk::UploadMode mode = fresh) {
        const auto upload = open(path, mode);
        if (!upload) return failure(upload.error());
        if (auto written = write(**upload, 0, bytes); !written) {
            break_off(**upload);
            return written;
        }
        return finish(**upload);
    }
    /// Writes and leaves; the upload stays, unfinished.
    Id put_and_break_off(std::string_view path, ByteView bytes) {
        const auto upload = required(open(path));
        required(write(*upload, 0, bytes));
        site_.clock.advance(std::chrono::seconds(1));
        break_off(*upload);
        return upload->stream();
    }
    /// Goes on from the size that stat tells, as clients do.
    Result<> resume(std::string_view path, ByteView whole) {
        const auto there = stat(path);
        if (!there) return failure(there.error());
        const auto upload = open(path, resuming);
        if (!upload) return failure(upload.error());
        if (auto written = write(**upload, there->size_bytes, whole.subspan(there->size_bytes));
            !written)
            return written;
        return finish(**upload);
    }
    Result<std::unique_ptr<desk::Download>> collect(std::string_view path) {
        return site_.run(desk_.open_download(at(path)));
    }
    /// All of a file, read in order.
    Result<Bytes> get(std::string_view path) {
        const auto download = collect(path);
        if (!download) return failure(download.error());
        Bytes all((*download)->size_bytes());
        for (std::size_t done = 0; done < all.size();) {
            std::array<desk::Download::Range, 1> ranges{
                {{done,
                  ByteSpan(all).subspan(done, std::min<std::size_t>(100'000, all.size() - done)),
                  0}}};
            if (const auto read = site_.run((*download)->read(ranges)); !read)
                return failure(read.error());
            (*download)->served(done, ranges[0].count);
            done += ranges[0].count;
        }
        site_.run((*download)->finish(desk::Download::End::in_order));
        return all;
    }
    Result<> rename(std::string_view from, std::string_view to, bool replace = false) {
        return site_.run(
            desk_.rename(at(from), at(to),
                         {.replace = replace, .to_directory = desk::Desk::names_directory(to)}));
    }
    Result<> remove(std::string_view path) { return site_.run(desk_.remove(at(path))); }
    Result<> make_directory(std::string_view path) {
        return site_.run(desk_.make_directory(at(path)));
    }
    Result<> remove_directory(std::string_view path) {
        return site_.run(desk_.remove_directory(at(path)));
    }
    Result<> set_times(std::string_view path, Timestamp modified) {
        return site_.run(desk_.set_times(at(path), std::nullopt, modified));
    }
    Result<Bytes> hash(std::string_view path) {
        return site_.run(desk_.hash(at(path), {.algorithm = "sha256"}));
    }
    [[nodiscard]] desk::Desk& desk() { return desk_; }

  private:
    desk::Session& as(const std::string& account) {
        session.set_account(account, "password");
        return session;
    }
    DeskSite& site_;

  public:
    desk::Session session;

  private:
    desk::Desk desk_;
};

}  // namespace consign::testing

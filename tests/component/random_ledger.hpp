// A ledger that a site's life has written, by chance, with all that was told to it kept beside.
#pragma once

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "storage/ledger/ledger.hpp"
#include "storage/ledger/search.hpp"
#include "tests/component/keyed_database.hpp"

namespace consign::ledger {

inline constexpr Timestamp start{std::chrono::sys_days{std::chrono::year{2026} / 3 / 20}};

struct Row {
    std::int64_t sequence = 0;
    Event event;
};

/// Files that come, are renamed and read; folders that are renamed with
/// all that is in them; sessions, refusals, administrators.
class RandomLedger : public KeyedDatabase {
  public:
    Ledger ledger{*connection, *keys, random};
    Search search{*connection, *keys, random};
    EventIndex index{*connection, *keys};
    std::vector<Row> rows;
    std::map<Id, std::string> addresses;      // of sessions
    std::map<std::string, std::set<Id>> had;  // which files ever had a path
    std::vector<Id> streams;
    std::vector<Session> sessions;

    explicit RandomLedger(unsigned seed) : KeyedDatabase(start), chance_(seed) {
        run("BEGIN");
        folders_ = {"/in", "/in/a", "/out", "/out/b"};
        for (int i = 0; i < 12; ++i) open_session();
        for (int i = 0; i < 700; ++i) happen();
    }

    unsigned below(std::size_t end) { return chance_() % static_cast<unsigned>(end); }
    template <class T>
    const T& any(const std::vector<T>& of) {
        return of[below(of.size())];
    }
    std::string any_path() {
        auto path = any(folders_) + "/f" + std::to_string(below(12));
        if (below(4) == 0) path = any(folders_);
        return path;
    }
    std::string any_sha256() { return std::string(63, 'a') + std::to_string(below(8)); }
    std::string any_address() { return "192.0.2." + std::to_string(below(6)); }
    Timestamp any_time() { return start + std::chrono::hours(below(26 * 24)); }

  private:
    void open_session() {
        Session session{.id = Id::random(random),
                        .protocol = "sftp",
                        .address = any_address(),
                        .account = "lab" + std::to_string(below(4)),
                        .started = now_};
        BOOST_REQUIRE(ledger.open_session(session).has_value());
        addresses[session.id] = session.address;
        sessions.push_back(session);
    }

    Event by_session(Action action) {
        const Session& session = any(sessions);
        return {.time = now_,
                .action = action,
                .session = session.id,
                .account = session.account,
                .personal = {.address = session.address}};
    }

    void append(Event event) {
        // A clock that is put back now and then.
        event.time = now_ - std::chrono::minutes(below(10) == 0 ? 90 : 0);
        const auto sequence = ledger.append(event);
        BOOST_REQUIRE(sequence.has_value());
        rows.push_back({*sequence, std::move(event)});
    }

    void happen() {
        now_ += std::chrono::minutes(below(100));
        switch (below(12)) {
            case 0:
            case 1:
            case 2:
                return deposit();
            case 3:
                return rename_file();
            case 4:
                if (below(3) == 0) return rename_folder();
                return deposit();
            case 5:
                return about_file(Action::opened_for_reading);
            case 6:
                return about_file(Action::retrieval_ended);
            case 7: {
                auto event = by_session(Action::listed);
                event.personal.path = any(folders_);
                return append(event);
            }
            case 8: {
                auto event = by_session(Action::request_refused);
                event.outcome = Outcome::refused;
                event.personal.path = any_path();
                if (below(3) == 0) event.personal.address = any_address();
                return append(event);
            }
            case 9:
                return append({.action = Action::login_failed,
                               .outcome = Outcome::failed,
                               .account = "lab1",
                               .personal = {.address = any_address()}});
            case 10:
                return append({.action = Action::administrator_acted,
                               .account = "admin:anna",
                               .personal = {.path = below(2) == 0 ? any_path() : "",
                                            .subject = below(2) == 0 ? "HN/1" : "HN/2"}});
            default:
                open_session();
                return append(by_session(Action::login));
        }
    }

    void deposit() {
        auto event = by_session(Action::upload_opened);
        event.stream = Id::random(random);
        event.personal.path = any(folders_) + "/f" + std::to_string(below(12));
        append(event);
        event.action = Action::deposited;
        event.personal.sha256 = any_sha256();
        append(event);
        streams.push_back(event.stream);
        lie_[event.personal.path] = event.stream;
        had[event.personal.path].insert(event.stream);
    }

    void about_file(Action action) {
        if (lie_.empty()) return;
        const auto& [path, stream] = *std::next(lie_.begin(), below(lie_.size()));
        auto event = by_session(action);
        event.stream = stream;
        event.personal.path = path;
        append(event);
    }

    void rename_file() {
        if (lie_.empty()) return;
        const auto [path, stream] = *std::next(lie_.begin(), below(lie_.size()));
        auto event = by_session(Action::renamed);
        event.stream = stream;
        event.personal.path = path;
        event.personal.second_path = any(folders_) + "/r" + std::to_string(below(5));
        append(event);
        lie_.erase(path);
        lie_[event.personal.second_path] = stream;
        had[event.personal.second_path].insert(stream);
    }

    void rename_folder() {
        const auto which = below(folders_.size());
        const std::string old = folders_[which], made = old + "n" + std::to_string(below(3));
        if (std::ranges::find(folders_, made) != folders_.end()) return;
        auto event = by_session(Action::renamed);
        event.personal.path = old;
        event.personal.second_path = made;
        append(event);
        const auto moved = [&](const std::string& path) {
            return path == old || path.starts_with(old + "/") ? made + path.substr(old.size())
                                                              : path;
        };
        for (auto& folder : folders_) folder = moved(folder);
        std::map<std::string, Id> lie;
        for (const auto& [path, stream] : lie_) {
            lie[moved(path)] = stream;
            had[moved(path)].insert(stream);
        }
        lie_ = lie;
    }

    std::mt19937 chance_;
    Timestamp now_ = start;
    std::vector<std::string> folders_;
    std::map<std::string, Id> lie_;  // which file has which path now
};

}  // namespace consign::ledger

#include "daemon/workers/delivery/ftps_far_end.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <deque>
#include <span>
#include <utility>

#include "base/fault_point.hpp"
#include "daemon/workers/curl/client.hpp"
#include "daemon/workers/delivery/errc.hpp"
#include "daemon/workers/delivery/ftp_answers.hpp"

namespace consign::delivery {

namespace {

constexpr std::uint16_t implicit_port = 990;
/// Of a listing's text: too_many_names rather than memory without end.
constexpr std::size_t listing_limit_bytes = std::size_t{16} << 20;
/// Files of a folder that is listed for one of them.
constexpr std::size_t looked_through_limit = 100'000;
/// Until a server has let us in: the connection, its greeting, TLS and the login.
constexpr std::chrono::seconds login_time{60};
constexpr std::chrono::seconds answer_time{60};
/// libcurl counts the time for an answer from the command that it gave last, also in an earlier
/// request: so long after that a connection is made anew.
constexpr std::chrono::seconds silence_limit = answer_time / 2;
/// The last answers of a listing: its own, and before it those to TYPE and to EPSV or PASV.
constexpr std::size_t answers_of_listing = 4;
/// Names of a folder whose sizes and times are asked for in one go.
constexpr std::size_t asked_at_once = 64;

std::error_code meaning_of(std::error_code error) {
    using curl::curl_errc;
    if (error.category() != curl::curl_category()) return error;
    switch (static_cast<curl_errc>(error.value())) {
        case curl_errc::unreachable:
        case curl_errc::no_tls:
            return delivery_errc::unreachable;
        case curl_errc::no_authorities:
            return delivery_errc::no_authorities;
        case curl_errc::untrusted:
            return delivery_errc::untrusted;
        case curl_errc::login_refused:
            return delivery_errc::login_refused;
        case curl_errc::refused:
            return delivery_errc::refused;
        case curl_errc::full:
            return delivery_errc::full;
        case curl_errc::no_such_file:
            return delivery_errc::no_such_name;
        case curl_errc::broken_off:
            return delivery_errc::connection_lost;
        case curl_errc::timed_out:
            return delivery_errc::timed_out;
        case curl_errc::stopped:
            return delivery_errc::stopped;
        case curl_errc::too_long:
            return delivery_errc::too_many_names;
        case curl_errc::failed:
            break;
    }
    return delivery_errc::far_end_failed;
}

/// An answer to the password, or to what libcurl asks behind it; not the greeting, nor AUTH's.
bool says_let_in(std::string_view line) {
    return line.starts_with('2') && !line.starts_with("220") && !line.starts_with("234");
}

/// Of a transfer: it has opened the file, and TLS begins on the data connection.
bool has_begun(long code) {
    return code == 125 || code == 150;
}

bool is_among(const std::vector<std::string>& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

class FtpsFarEnd final : public FarEnd {
  public:
    FtpsFarEnd(const policy::Target& target, SecretText password, Stop& stop, Pace& pace)
        : target_(target), password_(std::move(password)), stop_(stop), pace_(pace) {}

    /// The folder where the login leads is asked for: commands on a connection that is kept may be
    /// given in another.
    Result<> begin() {
        const auto where = command({"PWD"});
        if (!where) {
            const std::error_code why = where.error();
            // Nothing has worked yet: whatever went wrong is the target's.
            if (why == delivery_errc::stopped || is_of_target(why)) return failure(why);
            return failure(delivery_errc::unreachable);
        }
        base_ = target_.folder.empty() ? working_folder_in(*where).value_or("/") : target_.folder;
        while (base_.ends_with('/')) base_.pop_back();
        const auto features = command({"*FEAT"});
        if (!features) return failure(features.error());
        features_ = features_in(*features);
        return {};
    }

    Result<std::optional<std::uint64_t>> size_of(const VirtualPath& path) override {
        if (!features_.mlst) return size_without_mlst(path);
        const auto answer = command({"*MLST " + at(path)});
        if (!answer) return failure(answer.error());
        if (answer->code == 250) {
            for (const std::string& line : answer->lines)
                if (const auto facts = facts_in(line))
                    return facts->is_file ? facts->size_bytes : 0;
            return failure(delivery_errc::far_end_failed);
        }
        if (says_not_there(*answer)) return std::nullopt;
        return size_without_mlst(path);
    }

    Result<bool> send(const VirtualPath& path, std::uint64_t from, std::uint64_t size_bytes,
                      const Content& content) override {
        // There is nothing to add, and an empty STOR would begin anew.
        if (from == size_bytes && from > 0) return false;
        auto request = request_for(path, false);
        request.make_folders = from == 0;
        request.upload =
            curl::Upload{.size_bytes = size_bytes,
                         .from = from,
                         .read = [&](std::uint64_t offset, ByteSpan out) -> Result<std::size_t> {
                             const auto count = content(offset, out);
                             if (!count) return count;
                             if (auto may = pace_.take(*count, stop_); !may)
                                 return failure(may.error());
                             if (offset > from) fault_point("delivery.partly_sent");
                             return count;
                         }};
        if (auto done = transfer(request); !done) return failure(done.error());
        return false;
    }

    Result<std::optional<Digest32>> sha256(const VirtualPath& path,
                                           std::uint64_t size_bytes) override {
        const bool has_hash = features_.hash_sha256;
        if (!has_hash && !features_.xsha256) return std::nullopt;
        const auto time = std::chrono::ceil<std::chrono::seconds>(digest_time(size_bytes));
        const auto answer = has_hash ? command({"*OPTS HASH SHA-256", "*HASH " + at(path)}, time)
                                     : command({"*XSHA256 " + at(path)}, time);
        if (!answer) return failure(answer.error());
        return digest_in(*answer);
    }

    Result<> rename(const VirtualPath& from, const VirtualPath& to) override {
        // Servers replace what is there.
        const auto there = size_of(to);
        if (!there) return failure(there.error());
        if (*there) return failure(delivery_errc::taken);
        const auto done = command({"RNFR " + at(from), "RNTO " + at(to)});
        if (done) return {};
        if (!is_of_one_file(done.error())) return failure(done.error());
        const auto here = size_of(from);
        if (!here) return failure(here.error());
        return failure(*here ? done.error() : delivery_errc::no_such_name);
    }

    Result<> remove(const VirtualPath& path) override {
        const auto done = command({"DELE " + at(path)});
        if (done) return {};
        if (!is_of_one_file(done.error())) return failure(done.error());
        const auto here = size_of(path);
        if (!here) return failure(here.error());
        if (*here) return failure(done.error());
        return {};
    }

    Result<std::optional<FarFile>> look(const VirtualPath& path) override {
        if (!features_.mlst) return look_without_mlst(path);
        const auto answer = command({"*MLST " + at(path)});
        if (!answer) return failure(answer.error());
        std::optional<FtpFacts> facts;
        if (answer->code == 250)
            for (const std::string& line : answer->lines)
                if (auto found = facts_in(line)) facts = std::move(found);
        if (facts && !facts->is_file) return std::nullopt;
        if (facts)
            return FarFile{.name = std::string(path.name()),
                           .size_bytes = facts->size_bytes,
                           .modified = facts->modified};
        if (says_not_there(*answer)) return std::nullopt;
        const auto files = list(path.parent(), looked_through_limit);
        if (!files) return failure(files.error());
        const auto found = std::ranges::find(*files, path.name(), &FarFile::name);
        if (found == files->end()) return std::nullopt;
        return *found;
    }

    Result<std::vector<FarFile>> list(const VirtualPath& folder, std::size_t limit) override {
        if (!features_.mlst) return list_without_mlsd(folder, limit);
        auto request = request_for(folder, true);
        request.list_command = "MLSD";
        std::string text;
        request.received = listing_into(text);
        if (auto done = transfer(request); !done) return failure(done.error());
        std::vector<FarFile> files;
        bool is_too_long = false;
        for_each_line(text, [&](std::string_view line) {
            auto facts = facts_in(line);
            if (!facts || !facts->is_file) return;
            is_too_long = is_too_long || files.size() == limit;
            if (!is_too_long)
                files.push_back({.name = std::move(facts->name),
                                 .size_bytes = facts->size_bytes,
                                 .modified = facts->modified});
        });
        if (is_too_long) return failure(delivery_errc::too_many_names);
        return files;
    }

    Result<> fetch(const VirtualPath& path, std::uint64_t from, std::uint64_t size_bytes,
                   const Taker& taker) override {
        auto request = request_for(path, false);
        request.receive_from = from;
        std::uint64_t at = from;
        request.received = [&](ByteView piece) -> Result<> {
            if (piece.size() > size_bytes - at) return failure(delivery_errc::changed);
            if (auto may = pace_.take(piece.size(), stop_); !may) return may;
            if (auto taken = taker(at, piece); !taken) return taken;
            at += piece.size();
            return {};
        };
        if (auto done = transfer(request); !done) return failure(done.error());
        if (at != size_bytes) return failure(delivery_errc::changed);
        return {};
    }

  private:
    [[nodiscard]] std::string at(const VirtualPath& path) const {
        return path.is_root() ? (base_.empty() ? "/" : base_) : base_ + std::string(path.text());
    }

    [[nodiscard]] std::string below(const VirtualPath& folder, std::string_view name) const {
        std::string path = at(folder);
        if (!path.ends_with('/')) path += '/';
        return path.append(name);
    }

    /// `url`: what stands behind the host.
    [[nodiscard]] curl::Request request_to(std::string_view url) const {
        const bool is_implicit = target_.port == implicit_port;
        const std::string host =
            target_.host.contains(':') ? "[" + target_.host + "]" : target_.host;
        return {.url = fmt::format("{}://{}:{}/{}", is_implicit ? "ftps" : "ftp", host,
                                   target_.port, url),
                .tls = curl::Tls::required,
                .ca = target_.ca,
                .user = target_.user,
                .password = password_,
                .connect_time = login_time};
    }

    [[nodiscard]] curl::Request request_for(const VirtualPath& path, bool is_folder) const {
        // The first slash parts host and path; one that belongs to the path is written as %2F.
        std::string url;
        const std::string whole = at(path);
        for (const char byte : whole) append_to_url(url, byte, url.empty());
        if (is_folder && !whole.ends_with('/')) url += '/';
        return request_to(url);
    }

    static void append_to_url(std::string& url, char byte, bool is_first_slash) {
        const bool is_plain = std::isalnum(static_cast<unsigned char>(byte)) != 0 ||
                              std::string_view("-._~").contains(byte) ||
                              (byte == '/' && !is_first_slash);
        if (is_plain)
            url += byte;
        else
            url += fmt::format("%{:02X}", static_cast<unsigned char>(byte));
    }

    Result<> perform(curl::Request request) {
        const auto begun = std::chrono::steady_clock::now();
        if (begun - last_command_ > silence_limit) renew();
        const bool is_new = std::exchange(client_is_new_, false);
        bool is_let_in = false;
        request.answered = [&is_let_in, told = std::move(request.answered)](std::string_view line) {
            is_let_in = is_let_in || says_let_in(line);
            if (told) told(line);
        };
        const auto done = client_->perform(request, stop_.flag());
        // Behind a transfer it counts anew.
        last_command_ = request.without_content ? begun : std::chrono::steady_clock::now();
        if (done) return {};
        const std::error_code why = meaning_of(done.error());
        // What goes wrong before the login is no file's fault.
        if (is_new && !is_let_in && why != delivery_errc::stopped && !is_of_target(why))
            return failure(delivery_errc::unreachable);
        // It has let us in, and so is not down; another file may fare better.
        if (why == delivery_errc::unreachable && has_begun(client_->last_code()))
            return failure(delivery_errc::connection_lost);
        return failure(why);
    }

    /// Over a data connection. Servers that want its TLS session to be the control connection's own
    /// (ProFTPD's default) take libcurl's first alone: it goes on with the newest session that it
    /// has, which then is a data connection's. So each transfer has a control connection of its
    /// own.
    Result<> transfer(const curl::Request& request) {
        if (std::exchange(has_transferred_, true)) renew();
        return perform(request);
    }

    void renew() {
        client_ = std::make_unique<curl::Client>();
        client_is_new_ = true;
    }

    /// It may be refused, or MLST not known: what SIZE says, or else the folder's listing.
    Result<std::optional<std::uint64_t>> size_without_mlst(const VirtualPath& path) {
        const auto answer = command({"TYPE I", "*SIZE " + at(path)});
        if (!answer) return failure(answer.error());
        if (const auto size = size_in(*answer)) return *size;
        if (says_not_there(*answer)) return std::nullopt;
        const auto names = names_in(path.parent());
        if (!names) return failure(names.error());
        if (*names && is_among(**names, path.name())) return std::uint64_t{0};
        return std::nullopt;
    }

    /// What NLST tells; nothing where there is no such folder.
    Result<std::optional<std::vector<std::string>>> names_in(const VirtualPath& folder) {
        auto request = request_for(folder, true);
        request.names_only = true;
        std::string text;
        request.received = listing_into(text);
        FtpAnswers answers(answers_of_listing);
        request.answered = [&answers](std::string_view line) { answers.add(line); };
        std::vector<std::string> names;
        if (auto done = transfer(request); !done) {
            if (done.error() != delivery_errc::refused &&
                done.error() != delivery_errc::no_such_name)
                return failure(done.error());
            // It comes behind CWD, which so was granted.
            if (std::ranges::any_of(answers.whole(), names_port)) {
                if (may_say_empty(answers.last())) return names;
            } else if (may_say_not_there(answers.last())) {
                return std::nullopt;
            }
            return failure(done.error());
        }
        for_each_line(text, [&](std::string_view line) {
            names.emplace_back(line.substr(line.rfind('/') + 1));
        });
        return names;
    }

    /// Of the names, those that SIZE takes for files.
    Result<std::vector<FarFile>> files_of(const VirtualPath& folder,
                                          std::span<const std::string> names) {
        std::vector<FarFile> files;
        for (std::size_t done = 0; done < names.size(); done += asked_at_once) {
            const auto some = names.subspan(done, std::min(asked_at_once, names.size() - done));
            std::vector<std::string> commands{"TYPE I"};
            for (const std::string& name : some) {
                const std::string path = below(folder, name);
                commands.push_back("*SIZE " + path);
                commands.push_back("*MDTM " + path);
            }
            const auto answers = answers_to(std::move(commands));
            if (!answers) return failure(answers.error());
            for (std::size_t index = 0; index < some.size(); ++index) {
                const FtpAnswer& sized = (*answers)[1 + 2 * index];
                const FtpAnswer& timed = (*answers)[2 + 2 * index];
                // Without both nobody could say that a file is still the one that was fetched.
                if (says_unknown(sized) || says_unknown(timed))
                    return failure(delivery_errc::tells_too_little);
                const auto size = size_in(sized);
                const auto time = time_in(timed);
                // A folder, or gone by now.
                if (!size || !time) continue;
                files.push_back({.name = some[index], .size_bytes = *size, .modified = *time});
            }
        }
        return files;
    }

    Result<std::vector<FarFile>> list_without_mlsd(const VirtualPath& folder, std::size_t limit) {
        const auto names = names_in(folder);
        if (!names) return failure(names.error());
        if (!*names) return failure(delivery_errc::no_such_name);
        // Folders are among them: of more names than files the limit is not certain.
        if ((*names)->size() > looked_through_limit) return failure(delivery_errc::too_many_names);
        auto files = files_of(folder, **names);
        if (files && files->size() > limit) return failure(delivery_errc::too_many_names);
        return files;
    }

    Result<std::optional<FarFile>> look_without_mlst(const VirtualPath& path) {
        const std::string name(path.name());
        const auto files = files_of(path.parent(), {&name, 1});
        if (!files) return failure(files.error());
        if (!files->empty()) return files->front();
        const auto names = names_in(path.parent());
        if (!names) return failure(names.error());
        // It is there, and SIZE does not tell what it is.
        if (*names && is_among(**names, name)) return failure(delivery_errc::refused);
        return std::nullopt;
    }

    static std::function<Result<>(ByteView)> listing_into(std::string& text) {
        return [&text](ByteView piece) -> Result<> {
            text.append(as_text(piece));
            if (text.size() > listing_limit_bytes) return failure(delivery_errc::too_many_names);
            return {};
        };
    }

    template <class Use>
    static void for_each_line(std::string_view text, Use use) {
        while (!text.empty()) {
            const std::size_t end = std::min(text.find('\n'), text.size());
            std::string_view line = text.substr(0, end);
            text.remove_prefix(std::min(end + 1, text.size()));
            if (line.ends_with('\r')) line.remove_suffix(1);
            use(line);
        }
    }

    /// The answer to each of them. One that begins with `*` may be refused; refusals of others
    /// are delivery_errc::refused.
    Result<std::deque<FtpAnswer>> answers_to(std::vector<std::string> commands,
                                             std::chrono::seconds patience = answer_time) {
        const std::size_t count = commands.size();
        auto request = request_to("");
        request.without_content = true;
        request.stall_time = patience;
        // Behind all that libcurl says by itself: so the last answers are ours.
        request.after = std::move(commands);
        FtpAnswers answers(count);
        request.answered = [&answers](std::string_view line) { answers.add(line); };
        if (auto done = perform(request); !done) return failure(done.error());
        if (answers.whole().size() != count) return failure(delivery_errc::far_end_failed);
        return answers.whole();
    }

    /// The answer to the last of them.
    Result<FtpAnswer> command(std::vector<std::string> commands,
                              std::chrono::seconds patience = answer_time) {
        auto answers = answers_to(std::move(commands), patience);
        if (!answers) return failure(answers.error());
        return std::move(answers->back());
    }

    const policy::Target target_;
    const SecretText password_;
    Stop& stop_;
    Pace& pace_;
    std::unique_ptr<curl::Client> client_ = std::make_unique<curl::Client>();
    bool client_is_new_ = true;
    bool has_transferred_ = false;
    std::chrono::steady_clock::time_point last_command_ = std::chrono::steady_clock::now();
    std::string base_;
    FtpFeatures features_;
};

}  // namespace

Result<std::unique_ptr<FarEnd>> open_ftps(const policy::Target& target, SecretText password,
                                          Stop& stop, Pace& pace) {
    auto far = std::make_unique<FtpsFarEnd>(target, std::move(password), stop, pace);
    if (auto begun = far->begin(); !begun) return failure(begun.error());
    return far;
}

}  // namespace consign::delivery

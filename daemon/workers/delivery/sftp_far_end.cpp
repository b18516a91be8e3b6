#include "daemon/workers/delivery/sftp_far_end.hpp"

#include <algorithm>

#include "base/fault_point.hpp"
#include "daemon/workers/delivery/errc.hpp"
#include "daemon/workers/delivery/sftp_client.hpp"

namespace consign::delivery {

namespace {

class SftpFarEnd final : public FarEnd {
  public:
    SftpFarEnd(SftpClient client, std::string folder, Stop& stop, Pace& pace)
        : client_(std::move(client)), folder_(std::move(folder)), stop_(stop), pace_(pace) {
        while (folder_.ends_with('/')) folder_.pop_back();
    }

    Result<std::optional<std::uint64_t>> size_of(const VirtualPath& path) override {
        const auto found = client_.look(at(path));
        if (!found) return failure(found.error());
        if (!*found) return std::nullopt;
        return (*found)->is_file ? (*found)->size_bytes : 0;
    }

    [[nodiscard]] std::uint64_t certain(std::uint64_t there) const override {
        return there - std::min(there, SftpClient::window_bytes);
    }

    Result<bool> send(const VirtualPath& path, std::uint64_t from, std::uint64_t size_bytes,
                      const Content& content) override {
        const auto how = from == 0 ? SftpClient::Open::write_anew : SftpClient::Open::write_on;
        auto handle = client_.open(at(path), how);
        if (!handle && handle.error() == delivery_errc::no_such_name && from == 0) {
            make_folders(path.parent());
            handle = client_.open(at(path), how);
        }
        if (!handle) return failure(handle.error());
        auto sent = send_to(*handle, from, size_bytes, content);
        if (!sent && is_of_connection(sent.error())) return sent;
        // A server has one word for a full disk and all else that fails: what is left says which.
        if (!sent && sent.error() == delivery_errc::far_end_failed && is_full(*handle))
            sent = failure(delivery_errc::full);
        // Where the server has said no, the answer to the close is no news.
        if (auto closed = client_.close(*handle); !closed && sent) return failure(closed.error());
        return sent;
    }

    Result<std::optional<Digest32>> sha256(const VirtualPath& path,
                                           std::uint64_t size_bytes) override {
        if (!client_.has("check-file") && !client_.has("check-file-name")) return std::nullopt;
        const auto digest = client_.sha256(at(path), digest_time(size_bytes));
        if (digest) return *digest;
        if (is_of_connection(digest.error())) return failure(digest.error());
        return std::nullopt;
    }

    Result<> rename(const VirtualPath& from, const VirtualPath& to) override {
        // Some servers replace what is there; others have one word for all that may be wrong.
        if (auto free = is_free(to); !free) return free;
        auto done = client_.rename(at(from), at(to));
        if (done || is_of_connection(done.error())) return done;
        if (auto free = is_free(to); !free) return free;
        if (const auto here = client_.look(at(from)); !here)
            return failure(here.error());
        else if (!*here)
            return failure(delivery_errc::no_such_name);
        return done;
    }

    Result<> remove(const VirtualPath& path) override {
        auto done = client_.remove(at(path));
        if (!done && done.error() == delivery_errc::no_such_name) return {};
        return done;
    }

    Result<std::optional<FarFile>> look(const VirtualPath& path) override {
        const auto found = client_.look(at(path));
        if (!found) return failure(found.error());
        if (!*found || !(*found)->is_file) return std::nullopt;
        return FarFile{.name = std::string(path.name()),
                       .size_bytes = (*found)->size_bytes,
                       .modified = (*found)->modified};
    }

    Result<std::vector<FarFile>> list(const VirtualPath& folder, std::size_t limit) override {
        const auto handle = client_.open_directory(at(folder));
        if (!handle) return failure(handle.error());
        std::vector<FarFile> files;
        Result<> came;
        while (came) {
            const auto names = client_.list(*handle);
            if (!names) return failure(names.error());
            if (names->empty()) break;
            for (const SftpName& one : *names) {
                if (one.name == "." || one.name == ".." || !one.attributes.is_file) continue;
                if (files.size() == limit) {
                    came = failure(delivery_errc::too_many_names);
                    break;
                }
                files.push_back({.name = one.name,
                                 .size_bytes = one.attributes.size_bytes,
                                 .modified = one.attributes.modified});
            }
        }
        if (auto closed = client_.close(*handle); !closed && is_of_connection(closed.error()))
            return failure(closed.error());
        if (!came) return failure(came.error());
        return files;
    }

    Result<> fetch(const VirtualPath& path, std::uint64_t from, std::uint64_t size_bytes,
                   const Taker& taker) override {
        const auto handle = client_.open(at(path), SftpClient::Open::read);
        if (!handle) return failure(handle.error());
        auto came = client_.read(*handle, from, size_bytes,
                                 [&](std::uint64_t offset, ByteView bytes) -> Result<> {
                                     if (auto may = pace_.take(bytes.size(), stop_); !may)
                                         return may;
                                     return taker(offset, bytes);
                                 });
        if (!came && is_of_connection(came.error())) return came;
        if (auto closed = client_.close(*handle);
            !closed && came && is_of_connection(closed.error()))
            return closed;
        return came;
    }

  private:
    Result<> is_free(const VirtualPath& path) {
        const auto there = client_.look(at(path));
        if (!there) return failure(there.error());
        if (*there) return failure(delivery_errc::taken);
        return {};
    }

    [[nodiscard]] std::string at(const VirtualPath& path) const {
        if (path.is_root()) return folder_.empty() ? "." : folder_;
        // Where the login leads: relative.
        return folder_.empty() ? std::string(path.text().substr(1))
                               : folder_ + std::string(path.text());
    }

    Result<bool> send_to(const SftpClient::Handle& handle, std::uint64_t from,
                         std::uint64_t size_bytes, const Content& content) {
        const auto there = client_.look(handle);
        if (!there) return failure(there.error());
        if (there->size_bytes < from) return failure(delivery_errc::changed);
        Bytes block(SftpClient::block_bytes);
        std::uint64_t at = from;
        const auto next = [&]() -> Result<ByteView> {
            if (at == size_bytes) return ByteView();
            const auto wanted = std::min<std::uint64_t>(block.size(), size_bytes - at);
            const auto count = content(at, ByteSpan(block).first(wanted));
            if (!count) return failure(count.error());
            if (*count == 0) return failure(delivery_errc::changed);
            if (auto may = pace_.take(*count, stop_); !may) return failure(may.error());
            if (at > from) fault_point("delivery.partly_sent");
            at += *count;
            return ByteView(block).first(*count);
        };
        if (auto written = client_.write(handle, from, next); !written)
            return failure(written.error());
        if (!client_.has("fsync@openssh.com")) return false;
        if (auto synced = client_.sync(handle); !synced) {
            if (is_of_connection(synced.error())) return failure(synced.error());
            return false;
        }
        return true;
    }

    bool is_full(const SftpClient::Handle& handle) {
        if (!client_.has("fstatvfs@openssh.com")) return false;
        const auto left = client_.free_bytes(handle);
        return left && *left < SftpClient::block_bytes;
    }

    /// Those that are there already are refused, and so are those above that may not be seen.
    void make_folders(const VirtualPath& folder) {
        if (folder.is_root()) return;
        make_folders(folder.parent());
        static_cast<void>(client_.make_directory(at(folder)));
    }

    SftpClient client_;
    std::string folder_;
    Stop& stop_;
    Pace& pace_;
};

}  // namespace

Result<std::unique_ptr<FarEnd>> open_sftp(std::unique_ptr<SshClient> ssh, std::string folder,
                                          Stop& stop, Pace& pace) {
    SftpClient client(std::move(ssh));
    if (auto begun = client.begin(); !begun) return failure(begun.error());
    return std::make_unique<SftpFarEnd>(std::move(client), std::move(folder), stop, pace);
}

}  // namespace consign::delivery

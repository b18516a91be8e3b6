// The extensions: OpenSSH's (its PROTOCOL, section 4), copy-data and home-directory, and the hashes
// of draft-ietf-secsh-filexfer-extensions-00.
#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>

#include "desk/site/rate.hpp"
#include "protocols/sftp/sftp_session.hpp"

namespace consign::sftp {

namespace asio = boost::asio;

namespace {

constexpr std::uint64_t block_bytes = 4096;  // the unit in which the space is told
constexpr std::string_view account_owner = "consign";

}  // namespace

asio::awaitable<void> SftpSession::handle(std::uint32_t id, const PosixRename& request) {
    return rename(id, request.from, request.to, true);
}

asio::awaitable<void> SftpSession::handle(std::uint32_t id, const Hardlink&) {
    co_await desk_.session().refused_request("hardlink");
    append_status(answers_, id, Status::op_unsupported, "links are not supported");
}

asio::awaitable<void> SftpSession::space(std::uint32_t id) {
    const auto space = co_await desk_.space();
    if (!space) co_return answer(id, space.error());
    FileSystem system;
    system.block_bytes = system.fragment_bytes = block_bytes;
    system.blocks = space->total_bytes / block_bytes;
    system.blocks_free = system.blocks_available = space->free_bytes / block_bytes;
    system.files = space->total_files;
    system.files_free = system.files_available = space->free_files;
    system.name_limit_bytes = VirtualPath::name_limit_bytes;
    append_file_system(answers_, id, system);
}

asio::awaitable<void> SftpSession::handle(std::uint32_t id, const Statvfs& request) {
    auto path = path_of(id, request.path);
    if (!path) co_return;
    if (const auto there = co_await desk_.stat(std::move(*path)); !there)
        co_return answer(id, there.error());
    co_await space(id);
}

asio::awaitable<void> SftpSession::handle(std::uint32_t id, const Fstatvfs& request) {
    if (!handles_.find(request.handle)) co_return answer_no_handle(id);
    co_await space(id);
}

asio::awaitable<void> SftpSession::handle(std::uint32_t id, const Fsync& request) {
    Handle* const handle = handles_.find(request.handle);
    if (!handle) co_return answer_no_handle(id);
    Result<> done;
    if (const auto* upload = std::get_if<std::shared_ptr<desk::Upload>>(handle))
        done = co_await (*upload)->flush();
    answer(id, done);
}

/// With a rate, a larger request would be answered late.
asio::awaitable<void> SftpSession::handle(std::uint32_t id, const Limits&) {
    const desk::Rate down(desk_.session(), desk::Direction::download);
    const desk::Rate up(desk_.session(), desk::Direction::upload);
    append_limits(answers_, id,
                  {.packet_bytes = packet_limit_bytes,
                   .read_bytes = down.step_bytes(transfer_limit_bytes),
                   .write_bytes = up.step_bytes(transfer_limit_bytes),
                   .open_handles = Handles::limit});
    co_return;
}

/// "~" and "~/x" are the home, which is "/"; so is "~USER" for oneself, and for nobody else.
asio::awaitable<void> SftpSession::handle(std::uint32_t id, const ExpandPath& request) {
    std::string_view text = request.path;
    if (text.starts_with('~')) {
        const auto slash = std::min(text.find('/'), text.size());
        const std::string_view user = text.substr(1, slash - 1);
        if (!user.empty() && user != desk_.session().account())
            co_return append_status(answers_, id, Status::no_such_file, "no such user");
        text.remove_prefix(slash);
    }
    const auto path = path_of(id, text);
    if (!path) co_return;
    append_path(answers_, id, desk_.written(path->text()));
}

asio::awaitable<void> SftpSession::handle(std::uint32_t id, const HomeDirectory& request) {
    if (request.user.empty() || request.user == desk_.session().account())
        append_path(answers_, id, "/");
    else
        append_status(answers_, id, Status::no_such_file, "no such user");
    co_return;
}

asio::awaitable<void> SftpSession::handle(std::uint32_t id, const CopyData& request) {
    auto* const from = handles_.find<std::unique_ptr<desk::Download>>(request.from);
    auto* const to = handles_.find<std::shared_ptr<desk::Upload>>(request.to);
    if (!from || !to) co_return answer_no_handle(id);
    const std::uint64_t size = (*from)->size_bytes();
    std::uint64_t at = std::min(request.from_offset, size);
    const std::uint64_t end =
        request.length_bytes == 0 ? size : at + std::min(request.length_bytes, size - at);
    Bytes buffer(transfer_limit_bytes);
    for (std::uint64_t target = request.to_offset; at < end;) {
        // A copy may go on for hours; nobody waits for it any more.
        if (channel_->has_ended()) co_return;
        std::array read{desk::Download::Range{
            at, ByteSpan(buffer).first(std::min<std::uint64_t>(buffer.size(), end - at)), 0}};
        auto done = co_await (*from)->read(read);
        if (done && read[0].count == 0) break;
        const std::array write{desk::Upload::Range{target, ByteView(buffer).first(read[0].count)}};
        (*from)->leaving(at, read[0].count);
        if (done) done = co_await (*to)->write(write);
        if (!done) co_return answer(id, done);
        (*from)->served(at, read[0].count);
        at += read[0].count;
        target += read[0].count;
    }
    append_status(answers_, id, Status::ok);
}

asio::awaitable<void> SftpSession::hash(std::uint32_t id, VirtualPath path, const HashRange& range,
                                        CheckFileForm form) {
    std::vector<std::string> algorithms;
    boost::algorithm::split(algorithms, range.algorithms, boost::algorithm::is_any_of(","));
    Result<Bytes> digests = failure(desk::desk_errc::unsupported_hash);
    std::string used;
    for (const std::string& algorithm : algorithms) {
        const desk::HashRequest request{algorithm, range.offset, range.length_bytes,
                                        range.block_size_bytes};
        digests = co_await desk_.hash(path, request);
        used = algorithm;
        if (digests || digests.error() != make_error_code(desk::desk_errc::unsupported_hash)) break;
    }
    if (!digests) co_return answer(id, digests.error());
    append_check_file(answers_, id, form, used, *digests);
}

asio::awaitable<void> SftpSession::hash_open(std::uint32_t id, ByteView handle,
                                             const HashRange& range, CheckFileForm form) {
    const auto* const download = handles_.find<std::unique_ptr<desk::Download>>(handle);
    if (!download)
        co_return append_status(answers_, id, Status::failure,
                                "the file is not open for reading alone");
    co_await hash(id, (*download)->path(), range, form);
}

asio::awaitable<void> SftpSession::handle(std::uint32_t id, const CheckFileName& request) {
    auto path = path_of(id, request.path);
    if (!path) co_return;
    co_await hash(id, std::move(*path), request.range, CheckFileForm::draft);
}

asio::awaitable<void> SftpSession::handle(std::uint32_t id, const CheckFileHandle& request) {
    return hash_open(id, request.handle, request.range, CheckFileForm::draft);
}

asio::awaitable<void> SftpSession::handle(std::uint32_t id, const CheckFile& request) {
    return hash_open(id, request.handle, request.range, CheckFileForm::paramiko);
}

/// Every file belongs to number 0, and that is "consign".
asio::awaitable<void> SftpSession::handle(std::uint32_t id, const UsersGroupsById& request) {
    const auto names_of = [](const NumberList& numbers) {
        std::vector<std::string_view> names;
        for (std::size_t at = 0; at < numbers.size(); ++at)
            names.push_back(numbers[at] == 0 ? account_owner : "");
        return names;
    };
    append_users_groups(answers_, id, names_of(request.users), names_of(request.groups));
    co_return;
}

}  // namespace consign::sftp

using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using LightlyCluster.Client.Local;
using LightlyCluster.Client.Server;

namespace LightlyCluster.Client.Commands;

/// <summary><c>lightly up</c>: a local fleet in the foreground, for jobs that are submitted to it.</summary>
internal static class UpCommand
{
    private const int WorkersMaximum = 256;
    private const string NoDashboard = "none";

    /// <summary>The command.</summary>
    public static Command Create(CommandContext context)
    {
        var workers = new Option<int>("--workers") { Description = "Worker processes; default: one a core.", DefaultValueFactory = _ => Environment.ProcessorCount };
        var listen = new Option<string>("--listen") { Description = "Where the coordinator listens.", HelpName = "host:port", DefaultValueFactory = _ => ServerFlags.ServerDefault };
        var http = new Option<string?>("--http") { Description = "Where the dashboard is; none: nowhere. Default: the port after that of --listen.", HelpName = "host:port" };
        var directory = new Option<string>("--out") { Description = "Folder for logs and for jobs that name none.", HelpName = "folder", DefaultValueFactory = _ => "lightly-jobs" };
        var threads = new Option<int>("--threads") { Description = "Threads of a worker.", DefaultValueFactory = _ => 1 };
        var redis = CommonOptions.Redis();
        var security = new UpFlags();
        var command = new Command("up", "Runs a local fleet until Ctrl-C.") { workers, listen, http, directory, threads, redis };
        security.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            var count = parsed.GetValue(workers);
            if (count is < 1 or > WorkersMaximum)
            {
                throw new CommandException($"--workers is {count}; allowed is 1 to {WorkersMaximum}");
            }

            var folder = Path.GetFullPath(parsed.GetValue(directory)!);
            var wanted = security.Read(parsed);
            var dashboard = parsed.GetValue(http) ?? DashboardOf(parsed.GetValue(listen)!);
            RequireFree("--listen", parsed.GetValue(listen)!);
            if (dashboard != NoDashboard)
            {
                RequireFree("--http", dashboard);
            }

            FleetRecord.RequireUnused(folder);
            Directory.CreateDirectory(folder);
            return await RunAsync(context, new FleetOptions
            {
                Folder = folder,
                LogName = "fleet.log",
                Results = folder,
                Workers = count,
                Threads = parsed.GetValue(threads),
                Redis = CommonOptions.RedisOf(parsed, redis),
                Listen = parsed.GetValue(listen)!,
                Http = dashboard,
                DataMemory = "4g",
                Security = wanted,
            });
        });
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, FleetOptions options)
    {
        var interruption = context.Interruption;
        await using var fleet = new LocalFleet(options, context.Terminal.Say, context.Clock);
        await using var killer = interruption.LeaveNow.Register(fleet.Kill);
        await fleet.StartAsync(interruption.Leave);
        var server = fleet.Server.Replace("http://", "", StringComparison.Ordinal);
        context.Terminal.Say($"A fleet of {options.Workers} workers is at {server}; its log is {Path.Combine(options.Folder, options.LogName)}");
        if (fleet.Dashboard.Length > 0)
        {
            context.Terminal.Say($"Watch it in a browser: {fleet.Dashboard}");
        }

        context.Terminal.Say($"Submit a job with: lightly submit FILE --server {server}{options.Security.ClientFlags()}    Ctrl-C ends the fleet");
        try
        {
            throw new CommandException(ExitCode.Failure, $"The fleet cannot go on: {await fleet.Lost.WaitAsync(interruption.Leave)}");
        }
        catch (OperationCanceledException)
        {
            context.Terminal.Say("Leaving: jobs stay in the store and go on with the next fleet");
            return (int)ExitCode.Success;
        }
    }

    private static string DashboardOf(string listen) =>
        listen.LastIndexOf(':') is var separator and > 0 && ushort.TryParse(listen[(separator + 1)..], out var port) && port is > 0 and < ushort.MaxValue
            ? $"127.0.0.1:{port + 1}"
            : "127.0.0.1:0";

    // Found out here for a clear message; the coordinator finds it too, in the moment between.
    private static void RequireFree(string flag, string listen)
    {
        var separator = listen.LastIndexOf(':');
        if (separator < 1 || !ushort.TryParse(listen[(separator + 1)..], out var port))
        {
            throw new CommandException($"{flag} is '{listen}'; write HOST:PORT, for example {ServerFlags.ServerDefault}");
        }

        var host = listen[..separator];
        var address = host is "*" or "0.0.0.0" ? IPAddress.Any : IPAddress.TryParse(host, out var parsed) ? parsed : IPAddress.Loopback;
        try
        {
            using var listener = new TcpListener(address, port);
            listener.Start();
        }
        catch (SocketException exception)
        {
            var what = exception.SocketErrorCode == SocketError.AddressAlreadyInUse ? "is in use" : $"cannot be used ({exception.Message})";
            throw new CommandException(ExitCode.Precondition, $"Port {port} of {host} {what}; choose another one with {flag} HOST:PORT", exception);
        }
    }
}

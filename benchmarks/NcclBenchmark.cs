using System.Diagnostics;
using System.Globalization;
using LightlyCluster.SelfSupervised;
using LightlyCluster.Worker.Hosting;
using LightlyCluster.Worker.Transport.Nccl;
using TorchSharp;

namespace LightlyCluster.Benchmarks;

/// <summary>
/// Whether the transport nccl works on one GPU: the library loads, one rank makes a communicator, sends bytes to itself and gets them, and
/// what never ends can be aborted. deploy/gpu/check runs it.
/// </summary>
internal static class NcclBenchmark
{
    private const int Rounds = 10;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Runs, and prints a line "name: value" for each finding.</summary>
    /// <returns>1 when something does not work, 2 when there is no NCCL or no device.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        TorchRuntime.EnsureLoaded();
        var isCuda = Arguments.Get(arguments, "device", "cuda") == "cuda";
        if (isCuda && !torch.cuda.is_available())
        {
            Say("nccl", "libtorch finds no CUDA device; use a GPU build or LIGHTLY_LIBTORCH on a machine with a GPU");
            return 2;
        }

        var runtime = NcclRuntime.Find(isCuda ? new DeviceChoice(torch.CUDA, "cuda") : new DeviceChoice(torch.CPU, "cpu"));
        if (runtime.Problem.Length > 0)
        {
            Say("nccl", runtime.Problem);
            return 2;
        }

        _ = NcclNative.GetVersion(out var version);
        Say("nccl", $"version {version}, device {runtime.Device}");
        try
        {
            using var memory = runtime.OpenMemory();
            await SendToItselfAsync(memory, int.Parse(Arguments.Get(arguments, "megabytes", "45"), CultureInfo.InvariantCulture) << 20);
            await AbortAsync(memory);
            return 0;
        }
        catch (Exception error) when (error is NcclException or TimeoutException)
        {
            Say("failed", error.Message);
            return 1;
        }
    }

    private static async Task SendToItselfAsync(INcclMemory memory, int bytes)
    {
        var clock = new NcclClock(TimeProvider.System, new(), () => null);
        await using var communicator = new NcclCommunicator(memory, NcclCommunicator.NewId(), 0, 1, TimeProvider.System);
        await UntilAsync(clock, communicator.HasEnded);
        Say("one rank", "made");
        var (sent, received) = (memory.Allocate(bytes), memory.Allocate(bytes));
        var times = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            sent.Span(0, bytes).Fill((byte)(round + 1));
            var began = Stopwatch.GetTimestamp();
            memory.CopyToDevice(sent, bytes);
            communicator.Begin([new(true, 0, sent.Device, bytes), new(false, 0, received.Device, bytes)]);
            await UntilAsync(clock, communicator.HasEnded);
            memory.CopyToHost(received, bytes);
            await UntilAsync(clock, () => communicator.HasEnded() && memory.HasEnded());
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            if (!received.Span(0, bytes).SequenceEqual(sent.Span(0, bytes)))
            {
                throw new NcclException("What the rank sent to itself came back with other bytes.");
            }
        }

        Say("send to itself", string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20} MiB in {times.Order().ElementAt(Rounds / 2):0.0} ms, both copies included"));
        memory.Free(sent);
        memory.Free(received);
    }

    /// <summary>The other rank never comes: this one waits until it is aborted.</summary>
    private static async Task AbortAsync(INcclMemory memory)
    {
        await using var communicator = new NcclCommunicator(memory, NcclCommunicator.NewId(), 0, 2, TimeProvider.System);
        if (communicator.HasEnded())
        {
            throw new NcclException("A communicator of two ranks is ready with one.");
        }

        var began = Stopwatch.GetTimestamp();
        await Task.Run(communicator.Abort).WaitAsync(Limit);
        Say("abort", string.Create(CultureInfo.InvariantCulture, $"after {Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms"));
    }

    private static async Task UntilAsync(NcclClock clock, Func<bool> isTrue)
    {
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await clock.UntilAsync(isTrue, limit.Token);
        }
        catch (OperationCanceledException error)
        {
            throw new TimeoutException($"Not within {Limit.TotalSeconds} s.", error);
        }
    }

    private static void Say(string name, string value) => Console.WriteLine($"{name}: {value}");
}

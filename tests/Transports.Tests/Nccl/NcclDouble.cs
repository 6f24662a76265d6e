using System.Runtime.InteropServices;
using LightlyCluster.Worker.Transport.Nccl;

namespace LightlyCluster.Transports.Tests.Nccl;

/// <summary>NCCL as the workers of this process see it: the library of nccl_double.c.</summary>
internal static class NcclDouble
{
    /// <summary>Tests that make communicators run one after the other: a failure is ordered for whichever is made next.</summary>
    public const string Collection = "nccl";

    /// <summary>What is received has a wrong byte, and nobody says so.</summary>
    public const NcclResult WrongByte = (NcclResult)100;

    private static readonly Lazy<string> Problem = new(Load);

    /// <summary>Skips a test of NCCL where the library cannot be built.</summary>
    public static void SkipWhereMissing(string kind)
    {
        if (kind == TransportKind.Nccl)
        {
            Assert.SkipWhen(Problem.Value.Length > 0, Problem.Value);
        }
    }

    /// <summary>NCCL for a worker of this process, with a device of its own.</summary>
    public static NcclRuntime RuntimeOf(string device) => Problem.Value.Length == 0
        ? new("", "this machine", device, () => new HostMemory())
        : new(Problem.Value, "this machine", "", () => throw new NcclException(Problem.Value));

    /// <summary>Lets the next communicator of a rank fail.</summary>
    /// <param name="rank">The rank.</param>
    /// <param name="group">At its group of this number; the first one is the warm-up, three follow a step; -1: when it is made.</param>
    /// <param name="result">How; <see cref="NcclResult.InProgress"/> hangs, <see cref="WrongByte"/> brings one.</param>
    public static void Fail(int rank, int group, NcclResult result)
    {
        NativeLibrary.TryGetExport(NativeLibrary.Load(NcclDoubleFile.Path), "nccl_double_fail", out var address).ShouldBeTrue();
        unsafe
        {
            ((delegate* unmanaged<int, int, int, void>)address)(rank, group, (int)result);
        }
    }

    private static string Load()
    {
        if (NcclDoubleFile.Problem.Length == 0)
        {
            Environment.SetEnvironmentVariable(NcclLibrary.Variable, NcclDoubleFile.Path);
            NcclLibrary.IsHere.ShouldBeTrue($"{NcclDoubleFile.Path} does not load");
        }

        return NcclDoubleFile.Problem;
    }
}

using System.Diagnostics;
using System.Runtime.InteropServices;

namespace LightlyCluster.Fleet.Faults;

/// <summary>
/// Named places at which a process can be told to die, to freeze, to hang, to be slow or to find no memory, so that a test hits it exactly
/// there. Off unless the environment variable <see cref="Variable"/> names some: <c>name</c>, <c>name@3</c> (at the third pass),
/// <c>name@3:stop</c> (SIGSTOP instead of SIGKILL), <c>:abort</c> and <c>:segfault</c> (death of native code), <c>:memory</c>, <c>:hang=MILLISECONDS</c>, <c>:slow=MILLISECONDS</c> (at every pass),
/// several after commas. docs/protocol.md lists them.
/// </summary>
/// <remarks>The only part of this project that touches its process: every host must reach it, and it decides nothing.</remarks>
public static partial class CrashPoint
{
    /// <summary>The environment variable that arms points.</summary>
    public const string Variable = "LIGHTLY_CRASH_POINT";

    private static readonly IReadOnlyList<ArmedPoint> Armed = ArmedPoint.ParseAll(Environment.GetEnvironmentVariable(Variable));

    /// <summary>Ends or freezes this process when it was told to do so here.</summary>
    public static void Reach(string name)
    {
        foreach (var point in Armed)
        {
            if (point.Name != name || !point.IsPassedForItsTurn())
            {
                continue;
            }

            Befall(point);
        }
    }

    private static void Befall(ArmedPoint point)
    {
        switch (point.Kind)
        {
            case FaultKind.Abort:
                Abort();
                break;
            case FaultKind.Segfault:
                _ = Fill(destination: 1, value: 0, bytes: 1);
                break;
            case FaultKind.Stop:
                using (var stop = Process.Start("kill", ["-STOP", $"{Environment.ProcessId}"]))
                {
                    stop.WaitForExit();
                }

                break;
            case FaultKind.OutOfMemory:
                // More than there is anywhere: fails as an allocation does that really finds no memory.
                Marshal.FreeHGlobal(Marshal.AllocHGlobal(nint.MaxValue));
                break;
            case FaultKind.Hang or FaultKind.Slow:
                using (var never = new ManualResetEventSlim())
                {
                    never.Wait(point.Time);
                }

                break;
            default:
                using (var self = Process.GetCurrentProcess())
                {
                    self.Kill();
                }

                break;
        }
    }

    [LibraryImport("libc", EntryPoint = "abort")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void Abort();

    [LibraryImport("libc", EntryPoint = "memset")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Fill(nint destination, int value, nuint bytes);
}

using System.Diagnostics;

namespace LightlyCluster.Fleet.Faults;

/// <summary>
/// Named places at which a process can be told to die or to freeze, so that a test hits it exactly there. Off unless the
/// environment variable <see cref="Variable"/> names some: <c>name</c>, <c>name@3</c> (at the third pass), <c>name@3:stop</c>
/// (SIGSTOP instead of SIGKILL), several after commas. docs/protocol.md lists them.
/// </summary>
/// <remarks>The only part of this project that touches its process: every host must reach it, and it decides nothing.</remarks>
public static class CrashPoint
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

            if (point.IsStop)
            {
                using var stop = Process.Start("kill", ["-STOP", $"{Environment.ProcessId}"]);
                stop.WaitForExit();
                continue;
            }

            using var self = Process.GetCurrentProcess();
            self.Kill();
        }
    }
}

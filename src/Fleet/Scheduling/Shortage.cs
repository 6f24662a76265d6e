using System.Globalization;

namespace LightlyCluster.Fleet.Scheduling;

/// <summary>Why a job gets no workers.</summary>
/// <param name="Available">Workers that it could have.</param>
/// <param name="Minimum">Workers that it needs.</param>
/// <param name="OtherClass">Workers that compute in another numeric class.</param>
/// <param name="Before">A job that came first and has workers that this one could use; empty for none.</param>
public sealed record Shortage(int Available, int Minimum, int OtherClass, string Before)
{
    /// <summary>The sentence for people.</summary>
    public string Message
    {
        get
        {
            var missing = Minimum - Available;
            var text = string.Create(CultureInfo.InvariantCulture,
                $"waits for {missing} more worker{(missing == 1 ? "" : "s")} (has {Available}, minimum {Minimum})");
            if (OtherClass > 0)
            {
                text += OtherClass == 1
                    ? "; 1 worker is of another numeric class and would compute other bits"
                    : $"; {OtherClass} workers are of another numeric class and would compute other bits";
            }

            return Before.Length > 0 ? $"{text}; job {Before} comes first" : text;
        }
    }
}

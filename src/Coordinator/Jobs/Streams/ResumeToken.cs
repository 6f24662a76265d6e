using System.Globalization;
using LightlyCluster.Coordinator.Endpoints;

namespace LightlyCluster.Coordinator.Jobs.Streams;

/// <summary>Where a watch goes on.</summary>
/// <param name="NextStep">The first step that was not seen.</param>
/// <param name="NextLine">Sequence of the first line that was not seen.</param>
internal sealed record ResumeToken(long NextStep, long NextLine)
{
    /// <summary>Reads what a client gives.</summary>
    /// <exception cref="Grpc.Core.RpcException">It is none (INVALID_ARGUMENT).</exception>
    public static ResumeToken Read(string token, long fromStep)
    {
        if (token.Length == 0)
        {
            return new(Math.Max(1, fromStep), 1);
        }

        return token.Split('.') is [var step, var line] && TryRead(step, out var nextStep) && TryRead(line, out var nextLine)
            ? new(nextStep, nextLine)
            : throw RpcErrors.Invalid("resume_token", "resume_token is not one that this service gave; leave it out to begin anew.");
    }

    /// <summary>What clients give back.</summary>
    public string Write() => string.Create(CultureInfo.InvariantCulture, $"{NextStep}.{NextLine}");

    private static bool TryRead(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0;
}

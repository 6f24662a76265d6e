using System.Runtime.InteropServices;

namespace LightlyCluster.Client;

/// <summary>Turns Ctrl-C (and the signals by which a process is asked to end) into two wishes: leave, and leave at once.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _leave = new();
    private readonly CancellationTokenSource _leaveNow = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <summary>Cancelled by the first signal: finish what is begun.</summary>
    public CancellationToken Leave => _leave.Token;

    /// <summary>Cancelled by the second signal: drop everything.</summary>
    public CancellationToken LeaveNow => _leaveNow.Token;

    /// <summary>Listens to the signals of this process.</summary>
    public static Interruption OfProcess()
    {
        var interruption = new Interruption();
        foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP })
        {
            interruption._registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                interruption.Request();
            }));
        }

        return interruption;
    }

    /// <summary>Does what a signal does.</summary>
    public void Request()
    {
        if (_leave.IsCancellationRequested)
        {
            _leaveNow.Cancel();
        }

        _leave.Cancel();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _leave.Dispose();
        _leaveNow.Dispose();
    }
}

namespace LightlyCluster.Fleet.Faults;

/// <summary>What befalls a process at an armed point.</summary>
internal enum FaultKind
{
    /// <summary>SIGKILL, as by kill -9 or by the kernel when memory is short.</summary>
    Kill,

    /// <summary>Native code calls <c>abort</c>, as libtorch does where it cannot go on: SIGABRT.</summary>
    Abort,

    /// <summary>Native code writes where no memory is: SIGSEGV.</summary>
    Segfault,

    /// <summary>SIGSTOP: all threads stand until SIGCONT.</summary>
    Stop,

    /// <summary>The thread finds no memory; the process lives on.</summary>
    OutOfMemory,

    /// <summary>The thread stands once for some time, the rest of the process lives on: alive, but stuck.</summary>
    Hang,

    /// <summary>The thread is slowed at every pass from its turn on.</summary>
    Slow,
}

using Xunit.Sdk;
using Xunit.v3;

// Each test starts several processes; two at a time would measure the machine.
[assembly: Parallelization(Mode = ParallelMode.None)]

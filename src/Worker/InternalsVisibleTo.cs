using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("LightlyCluster.Benchmarks")]
[assembly: InternalsVisibleTo("LightlyCluster.Simulation.Tests")]

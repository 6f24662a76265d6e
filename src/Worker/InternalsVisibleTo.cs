using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("LightlyCluster.Benchmarks")]

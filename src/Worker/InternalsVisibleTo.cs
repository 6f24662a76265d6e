using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("LightlyCluster.Benchmarks")]
[assembly: InternalsVisibleTo("LightlyCluster.Deploy.Tests")]
[assembly: InternalsVisibleTo("LightlyCluster.Simulation.Tests")]
[assembly: InternalsVisibleTo("LightlyCluster.Transports.Tests")]
[assembly: InternalsVisibleTo("LightlyCluster.Worker.Tests")]

namespace LightlyCluster.FleetRuns.Tests;

[CollectionDefinition(CrashFleet.Name)]
public sealed class CrashFleetCollection : ICollectionFixture<CrashFleet>;

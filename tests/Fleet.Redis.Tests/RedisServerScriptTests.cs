using LightlyCluster.FleetRuns.Tests;

namespace LightlyCluster.Fleet.Redis.Tests;

public sealed class RedisServerScriptTests() : ScriptTests(TestStore.Redis);

using CsCheck;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Membership;

namespace LightlyCluster.Fleet.Tests.Membership;

/// <summary>
/// Whatever workers, leases and META do: the driver checks each generation that is begun (ranges cover all shards once, never below the
/// minimum at a start, nobody fenced), and these that numbers never decrease and that work goes on when misfortune ends.
/// </summary>
public sealed class MembershipPropertyTests
{
    private static readonly Gen<(int What, int Worker)[]> Misfortunes = Gen.Select(Gen.Int[0, 11], Gen.Int[0, 4]).Array[0, 60];

    [Fact]
    public void Generations_never_decrease_and_every_one_is_sound() => Misfortunes.Sample(misfortunes =>
    {
        var fleet = Start();
        var generation = 0L;
        var term = 0L;
        foreach (var (what, worker) in misfortunes)
        {
            Happen(fleet, what, $"w{worker}");
            fleet.Pass(0.1);
            fleet.Job().Generation.ShouldBeGreaterThanOrEqualTo(generation);
            fleet.State.Term.ShouldBeGreaterThanOrEqualTo(term);
            (generation, term) = (fleet.Job().Generation, fleet.State.Term);
        }
    }, iter: 300);

    [Fact]
    public void When_misfortune_ends_and_workers_come_the_job_runs() => Misfortunes.Sample(misfortunes =>
    {
        var fleet = Start();
        foreach (var (what, worker) in misfortunes)
        {
            Happen(fleet, what, $"w{worker}");
            fleet.Pass(0.1);
        }

        fleet.IsStoreAway = false;
        fleet.Pass(4);
        fleet.Join("new1", "new2");
        for (var round = 0; round < 4; round++)
        {
            if (fleet.Job().IsPauseRequested)
            {
                fleet.Yield();
            }

            fleet.Settle();
        }

        fleet.Job().State.ShouldBe(JobState.Running);
        fleet.Job().Plan.Members.Count.ShouldBeGreaterThanOrEqualTo(2);
    }, iter: 300);

    private static FleetDriver Start()
    {
        var fleet = new FleetDriver();
        fleet.AddJob(minimum: 2, maximum: 3, shards: 8);
        fleet.Join("w0", "w1", "w2");
        fleet.Settle();
        return fleet;
    }

    private static void Happen(FleetDriver fleet, int what, string worker)
    {
        var isKnown = fleet.State.Workers.TryGetValue(worker, out var entry);
        switch (what)
        {
            case 0 when !isKnown:
                fleet.Join(worker);
                break;
            case 1 when isKnown && entry!.IsOpen:
                fleet.Close(worker);
                break;
            case 2 when isKnown && !entry!.IsOpen:
                fleet.Feed(new StreamOpened(worker));
                break;
            case 3:
                fleet.LoseLease(worker);
                break;
            case 4:
                fleet.GetLease(worker);
                break;
            case 5 when isKnown:
                fleet.Leave(worker);
                break;
            case 6 when isKnown:
                fleet.Report(worker, WorkerStatus.Failed, message: "WorkerFailed: of its own");
                break;
            case 7 when isKnown:
                fleet.Report(worker);
                break;
            case 8:
                fleet.IsStoreAway = !fleet.IsStoreAway;
                break;
            case 9:
                fleet.Commit();
                break;
            case 10 when fleet.Job().IsPauseRequested:
                fleet.Yield();
                break;
            case 11:
                fleet.ReportAll();
                break;
            default:
                fleet.Pass();
                break;
        }
    }
}

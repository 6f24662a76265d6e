using LightlyCluster.Client.JobFiles;

namespace LightlyCluster.Client.Tests.JobFiles;

public sealed class JobFileReaderTests
{
    private const string Head = "apiVersion: lightlycluster.dev/v1\nkind: TrainingJob\n";

    [Fact]
    public void A_file_gives_what_it_says_with_its_place()
    {
        var file = JobFileReader.Parse(Head + "metadata: {name: mine}\nspec:\n  train: {batchSize: 64, seed: 7}\n", "job.yaml");

        file.Name.ShouldBe("mine");
        file.Assignments.Select(assignment => (assignment.Key.Path, assignment.Text)).ShouldBe([("train.batchSize", "64"), ("train.seed", "7")]);
    }

    [Theory]
    [InlineData("spec: {trian: {}}", "unknown key 'trian'", "'train'")]
    [InlineData("spec: {train: {batchSize: many}}", "batchSize", "many")]
    [InlineData("spec: {train: {seed: 1, seed: 2}}", "given twice", "seed")]
    [InlineData("train: {seed: 1}", "unknown key 'train'", "below 'spec'")]
    [InlineData("spec: {train: [1, 2]}", "train", "keys")]
    [InlineData("spec: &a {train: {seed: 1}}", "anchors", "not supported")]
    [InlineData("spec: {train: {seed: 1}", "not valid YAML", "job.yaml:")]
    public void What_is_wrong_is_named_with_line_and_column(string text, string expected, string alsoExpected)
    {
        var error = Should.Throw<CommandException>(() => JobFileReader.Parse(Head + text, "job.yaml"));

        error.ExitCode.ShouldBe(ExitCode.Usage);
        error.Message.ShouldContain(expected);
        error.Message.ShouldContain(alsoExpected);
        error.Message.ShouldMatch(@"job\.yaml:\d+:\d+");
    }

    [Fact]
    public void Every_error_of_a_file_is_told_at_once()
    {
        var error = Should.Throw<CommandException>(() => JobFileReader.Parse(Head + "spec:\n  trian: {}\n  dat: x\n", "job.yaml"));

        error.Message.ShouldContain("'trian'");
        error.Message.ShouldContain("'dat'");
    }
}

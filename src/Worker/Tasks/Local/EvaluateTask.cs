using LightlyCluster.Protocol.Tasks;
using LightlyCluster.SelfSupervised.Embeddings;
using LightlyCluster.SelfSupervised.Evaluation;
using static TorchSharp.torch;

namespace LightlyCluster.Worker.Tasks.Local;

/// <summary>Measures how well classes can be told apart by embeddings.</summary>
internal sealed class EvaluateTask : LocalTask<EvaluateRequest, EvaluateResponse>
{
    private const int TopCount = 5;

    /// <inheritdoc/>
    protected override async Task<EvaluateResponse> RunAsync(EvaluateRequest request, TaskReport report, CancellationToken cancellationToken)
    {
        using var table = await EmbeddingFiles.ReadAsync(request.Embeddings, cancellationToken);
        using var test = request.Test.Length > 0 ? await EmbeddingFiles.ReadAsync(request.Test, cancellationToken) : null;
        return Measure(request, table, test);
    }

    private static EvaluateResponse Measure(EvaluateRequest request, EmbeddingTable table, EmbeddingTable? test)
    {
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        RequireLabels(request.Embeddings, table);
        var all = TensorOf(table);
        var (bank, bankLabels, queries, queryLabels, k) = test is null ? HoldOut(request, table, all) : Separate(request, table, all, test);
        var classCount = bankLabels.Concat(queryLabels).Max() + 1;
        var neighbours = request.NeighbourCount ?? k;
        var ranked = request.Kind == "linear"
            ? TopAccuracy.Rank(Train(request, bank, bankLabels, classCount).call(nn.functional.normalize(queries, p: 2, dim: 1)))
            : NearestNeighbours.Predict(bank, bankLabels, queries, classCount, neighbours, request.Temperature);
        var isNearest = request.Kind != "linear";
        return new(
            request.Kind, TopAccuracy.Of(ranked, queryLabels, 1), TopAccuracy.Of(ranked, queryLabels, TopCount),
            isNearest ? (int)Math.Min(neighbours, bank.shape[0]) : null, isNearest ? request.Temperature : null,
            bankLabels.Concat(queryLabels).Distinct().Count(), bankLabels.Count, queryLabels.Count, test is null, table.Dimension);
    }

    private static LinearClassifier Train(EvaluateRequest request, Tensor bank, IReadOnlyList<int> labels, int classCount) => LinearClassifier.Train(
        nn.functional.normalize(bank, p: 2, dim: 1), labels, classCount,
        new LinearClassifierOptions
        {
            Epochs = request.Epochs,
            BatchSize = request.BatchSize,
            LearningRate = request.LearningRate,
            Seed = request.Seed,
        });

    private static (Tensor Bank, IReadOnlyList<int> BankLabels, Tensor Queries, IReadOnlyList<int> QueryLabels, int K) HoldOut(
        EvaluateRequest request, EmbeddingTable table, Tensor all)
    {
        var split = HeldOutSplit.Create(table.Names, table.Labels!);
        if (split.QueryIndices.Count == 0)
        {
            throw new TaskException($"'{request.Embeddings}' has no class of at least five images to hold one out of; give --test FILE.");
        }

        return (
            Rows(all, split.BankIndices), [.. split.BankIndices.Select(index => table.Labels![index])],
            Rows(all, split.QueryIndices), [.. split.QueryIndices.Select(index => table.Labels![index])], split.NeighbourCount);
    }

    private static (Tensor Bank, IReadOnlyList<int> BankLabels, Tensor Queries, IReadOnlyList<int> QueryLabels, int K) Separate(
        EvaluateRequest request, EmbeddingTable table, Tensor all, EmbeddingTable test)
    {
        RequireLabels(request.Test, test);
        if (test.Dimension != table.Dimension)
        {
            throw new TaskException(
                $"'{request.Embeddings}' has embeddings of {table.Dimension} numbers, '{request.Test}' of {test.Dimension}; embed both with the same weights.");
        }

        return (all, table.Labels!, TensorOf(test), test.Labels!, HeldOutSplit.NeighbourCountFor(table.Count));
    }

    private static void RequireLabels(string path, EmbeddingTable table)
    {
        if (table.Labels is not { } labels || labels.Distinct().Count() < 2)
        {
            throw new TaskException(
                $"'{path}' has {(table.Labels is null ? "no labels" : "images of one class only")}; embed a folder with a subfolder for each class.");
        }

        if (labels.Any(label => label < 0))
        {
            throw new TaskException($"'{path}' has negative labels; labels are 0 and up.");
        }
    }

    private static Tensor TensorOf(EmbeddingTable table) => tensor(table.ReadAll()).view(table.Count, table.Dimension);

    private static Tensor Rows(Tensor matrix, IReadOnlyList<int> rows) =>
        matrix.index_select(0, tensor(rows.Select(row => (long)row).ToArray()));
}

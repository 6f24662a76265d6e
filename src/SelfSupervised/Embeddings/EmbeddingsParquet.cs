using Parquet;
using Parquet.Schema;

namespace LightlyCluster.SelfSupervised.Embeddings;

/// <summary>Embeddings as Apache Parquet: columns filename, embedding_0 and so on, and label where there are labels.</summary>
internal static class EmbeddingsParquet
{
    private const string Name = "filename";
    private const string Label = "label";
    private const string Value = "embedding_";
    private const int RowsAtOnce = 65536;

    public static async Task WriteAsync(string path, EmbeddingTable table, CancellationToken cancellationToken)
    {
        var partial = $"{Path.GetFullPath(path)}.{Environment.ProcessId}.partial";
        try
        {
            await using (var stream = new FileStream(partial, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, useAsync: true))
            {
                await WriteAsync(stream, table, cancellationToken);
                await stream.FlushAsync(cancellationToken);
            }

            File.Move(partial, path, overwrite: true);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }

    public static async Task<EmbeddingTable> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var reader = await ParquetReader.CreateAsync(path, cancellationToken: cancellationToken);
            return await ReadAsync(path, reader, cancellationToken);
        }
        catch (Exception exception) when (exception is not (EmbeddingFileException or OperationCanceledException or OutOfMemoryException))
        {
            // The library throws many kinds of exceptions at what is no Parquet file.
            throw new EmbeddingFileException($"'{path}' is no usable Parquet file: {exception.Message}", exception);
        }
    }

    private static async Task WriteAsync(Stream stream, EmbeddingTable table, CancellationToken cancellationToken)
    {
        var name = new DataField<string>(Name, nullable: false);
        var values = Enumerable.Range(0, table.Dimension).Select(column => new DataField<float>($"{Value}{column}")).ToArray();
        var label = table.Labels is null ? null : new DataField<int>(Label);
        var schema = new ParquetSchema([name, .. values, .. label is null ? Array.Empty<Field>() : [label]]);
        await using var writer = await ParquetWriter.CreateAsync(schema, stream, cancellationToken: cancellationToken);
        for (var start = 0; start < table.Count; start += RowsAtOnce)
        {
            var count = Math.Min(RowsAtOnce, table.Count - start);
            var rows = new float[count * table.Dimension];
            table.Rows.Read(start, rows);
            using var group = writer.CreateRowGroup();
            await group.WriteAsync(name, [.. table.Names.Skip(start).Take(count)]);
            for (var column = 0; column < table.Dimension; column++)
            {
                await group.WriteAsync<float>(values[column], ColumnOf(rows, column, table.Dimension), cancellationToken: cancellationToken);
            }

            if (label is not null)
            {
                await group.WriteAsync<int>(label, table.Labels!.Skip(start).Take(count).ToArray(), cancellationToken: cancellationToken);
            }
        }
    }

    private static async Task<EmbeddingTable> ReadAsync(string path, ParquetReader reader, CancellationToken cancellationToken)
    {
        var fields = reader.Schema.GetDataFields();
        var name = Array.Find(fields, field => field.Name == Name);
        var values = fields.Where(field => field.Name.StartsWith(Value, StringComparison.Ordinal) && field.ClrType == typeof(float)).ToArray();
        var label = Array.Find(fields, field => field.Name == Label && field.ClrType == typeof(int));
        if (name is null || values.Length == 0)
        {
            throw new EmbeddingFileException($"'{path}' holds no embeddings: it lacks the column '{Name}' or '{Value}0' (float).");
        }

        var names = new List<string>();
        var rows = new List<float>();
        var labels = label is null ? null : new List<int>();
        foreach (var group in reader.RowGroups)
        {
            var count = (int)group.RowCount;
            var texts = new string[count];
            await group.ReadAsync(name, texts, cancellationToken: cancellationToken);
            names.AddRange(texts);
            var block = new float[count * values.Length];
            var column = new float[count];
            for (var index = 0; index < values.Length; index++)
            {
                await group.ReadAsync<float>(values[index], column, cancellationToken: cancellationToken);
                for (var row = 0; row < count; row++)
                {
                    block[(row * values.Length) + index] = column[row];
                }
            }

            rows.AddRange(block);
            if (label is not null)
            {
                var numbers = new int[count];
                await group.ReadAsync<int>(label, numbers, cancellationToken: cancellationToken);
                labels!.AddRange(numbers);
            }
        }

        return names.Count > 0
            ? new(names, new ArrayRows([.. rows], values.Length), labels)
            : throw new EmbeddingFileException($"'{path}' holds no rows.");
    }

    private static float[] ColumnOf(float[] rows, int column, int dimension)
    {
        var values = new float[rows.Length / dimension];
        for (var row = 0; row < values.Length; row++)
        {
            values[row] = rows[(row * dimension) + column];
        }

        return values;
    }
}

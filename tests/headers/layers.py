"""The include arrows between units are those of layers.txt, no more and no fewer, and never form a circle.

A unit is a folder of include/bpfxx (`map`), a header without its .hpp (`error`, `map/vectored`) or any folder between
(`sys/attr`). A line `map -> sys error  # reason` allows what stands in map to include what stands in sys, and error.hpp.
For each include the line with the longest matching names counts. Within one top-level folder no line is needed.
A line `map never insn  # reason` forbids that what stands in map reaches what stands in insn, by however many includes;
`map/vectored reaches insn  # reason` frees map/vectored.hpp from it, and so does an arrow of its own.
"""
import tree


def within(header, unit):
    return header == unit + '.hpp' or header.startswith(unit + '/')


def read_table(repository, faults):
    """The arrows that are allowed, each with how often it is used (0 here), the pairs that never meet, and those freed."""
    arrows, never, reaches = {}, [], []
    for what, reason in repository.table('layers.txt'):
        start, verb, *ends = what.split()
        if not reason:
            faults.append(f'layers.txt: no reason for: {what}')
        for pair in [(start, end) for end in ends]:
            if pair in arrows or pair in never or pair in reaches:
                faults.append(f'layers.txt: {start} {verb} {pair[1]} stands there twice')
            if verb == '->':
                arrows[pair] = 0
            elif verb == 'never':
                never.append(pair)
            elif verb == 'reaches':
                reaches.append(pair)
            else:
                faults.append(f'layers.txt: neither ->, never nor reaches: {what}')
    return arrows, never, reaches


def circle(graph):
    """One circle of includes, or nothing."""
    done, path = set(), []

    def visit(header):
        if header in path:
            return path[path.index(header):] + [header]
        if header in done:
            return None
        path.append(header)
        for other in graph[header]:
            if found := visit(other):
                return found
        done.add(path.pop())
        return None

    return next(filter(None, map(visit, graph)), None)


def way(graph, header, unit, seen):
    """The includes by which a header reaches a unit, or nothing."""
    seen.add(header)
    if within(header, unit):
        return [header]
    for other in graph[header]:
        if other not in seen and (found := way(graph, other, unit, seen)):
            return [header] + found
    return None


repository, _, _ = tree.arguments(__doc__.split('\n')[0])
faults = []
arrows, never, reaches = read_table(repository, faults)
graph = {header: [other for other in repository.own_includes(header) if other in repository.headers]
         for header in repository.headers if header != 'all.hpp'}
for header, others in graph.items():
    for other in others:
        if '/' in header and header.split('/')[0] == other.split('/')[0]:
            continue
        matching = [arrow for arrow in arrows if within(header, arrow[0]) and within(other, arrow[1])]
        if matching:
            arrows[max(matching, key=lambda arrow: (len(arrow[0]), len(arrow[1])))] += 1
        else:
            faults.append(f'{header} includes {other}: no line of layers.txt allows it')
faults += [f'layers.txt: no include uses {start} -> {end}' for (start, end), uses in arrows.items() if uses == 0]
for start, end in never:
    freed = [unit for unit, other in [*arrows, *reaches] if unit.startswith(start + '/') and other == end]
    for header in graph:
        if within(header, start) and not any(within(header, unit) for unit in freed):
            if found := way(graph, header, end, set()):
                faults.append(f'{start} never reaches {end}, and yet: ' + ' -> '.join(found))
for start, end in reaches:
    if not any(within(header, start) and way(graph, header, end, set()) for header in graph):
        faults.append(f'layers.txt: {start} does not reach {end}')
if found := circle(graph):
    faults.append('a circle of includes: ' + ' -> '.join(found))
tree.finish(faults)

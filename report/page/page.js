const field = document.getElementById('q'), count = document.getElementById('n')
const rows = [...document.querySelectorAll('#rows tbody tr')].map(tr => [tr, tr.innerText.toLowerCase()])
field.parentNode.hidden = false
field.addEventListener('input', () => {
  const words = field.value.toLowerCase().split(/\s+/)
  let shown = 0
  for (const [tr, text] of rows) shown += !(tr.hidden = !words.every(w => text.includes(w)))
  count.textContent = shown + ' of ' + rows.length + ' rows'
})
